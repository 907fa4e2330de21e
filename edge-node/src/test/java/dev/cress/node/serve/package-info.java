@NullMarked
package dev.cress.node.serve;

import org.jspecify.annotations.NullMarked;

@NullMarked
package dev.cress.node.sync;

import org.jspecify.annotations.NullMarked;

@NullMarked
package dev.cress.node.outbound;

import org.jspecify.annotations.NullMarked;

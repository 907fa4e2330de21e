@NullMarked
package dev.cress.node.state;

import org.jspecify.annotations.NullMarked;

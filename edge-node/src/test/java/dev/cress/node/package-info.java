@NullMarked
package dev.cress.node;

import org.jspecify.annotations.NullMarked;

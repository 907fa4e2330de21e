@NullMarked
package dev.cress.identity;

import org.jspecify.annotations.NullMarked;

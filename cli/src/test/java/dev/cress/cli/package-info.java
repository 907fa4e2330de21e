@NullMarked
package dev.cress.cli;

import org.jspecify.annotations.NullMarked;

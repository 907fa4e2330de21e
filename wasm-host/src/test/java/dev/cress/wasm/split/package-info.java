/// That functions do the same in pieces.
@NullMarked
package dev.cress.wasm.split;

import org.jspecify.annotations.NullMarked;

@NullMarked
package dev.cress.wasm.image;

import org.jspecify.annotations.NullMarked;

@NullMarked
package dev.cress.wasm.wasi;

import org.jspecify.annotations.NullMarked;

@NullMarked
package dev.cress.wasm.memory;

import org.jspecify.annotations.NullMarked;

@NullMarked
package dev.cress.wasm.stop;

import org.jspecify.annotations.NullMarked;

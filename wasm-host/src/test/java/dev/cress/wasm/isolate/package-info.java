@NullMarked
package dev.cress.wasm.isolate;

import org.jspecify.annotations.NullMarked;

@NullMarked
package dev.cress.wasm.javascript;

import org.jspecify.annotations.NullMarked;

@NullMarked
package dev.cress.wasm.code;

import org.jspecify.annotations.NullMarked;

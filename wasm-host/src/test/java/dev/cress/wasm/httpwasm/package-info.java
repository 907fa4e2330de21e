@NullMarked
package dev.cress.wasm.httpwasm;

import org.jspecify.annotations.NullMarked;

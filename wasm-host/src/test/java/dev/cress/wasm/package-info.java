@NullMarked
package dev.cress.wasm;

import org.jspecify.annotations.NullMarked;

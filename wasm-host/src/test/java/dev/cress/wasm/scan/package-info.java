@NullMarked
package dev.cress.wasm.scan;

import org.jspecify.annotations.NullMarked;

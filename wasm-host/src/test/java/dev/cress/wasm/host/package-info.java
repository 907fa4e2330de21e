@NullMarked
package dev.cress.wasm.host;

import org.jspecify.annotations.NullMarked;

@NullMarked
package dev.cress.wasm.build;

import org.jspecify.annotations.NullMarked;

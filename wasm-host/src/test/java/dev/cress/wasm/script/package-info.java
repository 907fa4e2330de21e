@NullMarked
package dev.cress.wasm.script;

import org.jspecify.annotations.NullMarked;

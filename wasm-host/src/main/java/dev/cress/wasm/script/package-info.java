/// What compilers for scripts ask of their host beside WASI.
@NullMarked
package dev.cress.wasm.script;

import org.jspecify.annotations.NullMarked;

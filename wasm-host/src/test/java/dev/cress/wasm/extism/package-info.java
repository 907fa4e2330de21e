/// The ABI `extism`: whatever a plug-in passes, and what its memory promises.
@NullMarked
package dev.cress.wasm.extism;

import org.jspecify.annotations.NullMarked;

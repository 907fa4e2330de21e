/// Isolates: one memory and one instance for one request at a time, made from an image's blueprint,
/// kept in pools by version, and reset in between to equal a fresh one byte for byte.
@NullMarked
package dev.cress.wasm.isolate;

import org.jspecify.annotations.NullMarked;

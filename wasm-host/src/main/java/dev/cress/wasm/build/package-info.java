/// From a module's bytes to an image, in the order in which it gets dangerous: scan, ABI check,
/// parse, validate, compile, initialise. It runs in a JVM of its own where the bytes may be
/// anybody's.
@NullMarked
package dev.cress.wasm.build;

import org.jspecify.annotations.NullMarked;

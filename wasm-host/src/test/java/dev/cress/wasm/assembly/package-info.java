/// Modules assembled by hand, byte by byte: what no compiler would write.
@NullMarked
package dev.cress.wasm.assembly;

import org.jspecify.annotations.NullMarked;

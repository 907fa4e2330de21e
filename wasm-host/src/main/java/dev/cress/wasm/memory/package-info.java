/// What a guest can change: its linear memory, which knows what was written since the last reset,
/// and its tables; and the bytes that all guests may take together.
@NullMarked
package dev.cress.wasm.memory;

import org.jspecify.annotations.NullMarked;

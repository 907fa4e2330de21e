package dev.cress.wasm;

import dev.cress.wasm.guest.Owner;

/// A function that stands in front of another in a run.
///
/// @param isolates of an image that can be a filter: its ABI is `http-wasm`
/// @param memoryBytes that its guest may use
/// @param owner what it finds in the exchange instead of what is the other function's
public record Filter(Isolates isolates, long memoryBytes, Owner owner) {
    /// How many may stand in front of a function. Each waits on the stack for those behind it.
    public static final int MAX = 8;
}

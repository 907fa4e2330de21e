package dev.cress.wasm;

import dev.cress.wasm.guest.Abi;
import dev.cress.wasm.isolate.Blueprint;
import dev.cress.wasm.memory.GuestMemory;

/// A module made ready to run: parsed, validated, compiled, initialised. Immutable and thread-safe;
/// any number of [Isolates] share its code.
public final class Image {
    private final Abi abi;
    private final Blueprint blueprint;

    private final int start;

    /// @param start index of the function `_start`
    Image(Abi abi, Blueprint blueprint, int start) {
        this.abi = abi;
        this.blueprint = blueprint;
        this.start = start;
    }

    /// The entry convention by which it runs.
    public Abi abi() {
        return abi;
    }

    /// The memory that it starts with.
    public long initialMemoryBytes() {
        return (long) blueprint.initialPages() * GuestMemory.PAGE_SIZE;
    }

    Blueprint blueprint() {
        return blueprint;
    }

    int start() {
        return start;
    }
}

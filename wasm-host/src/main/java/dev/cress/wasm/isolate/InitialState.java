package dev.cress.wasm.isolate;

import dev.cress.wasm.memory.InitialMemory;

/// Everything that a guest can change, as every run of an image begins with it. Immutable and
/// thread-safe.
final class InitialState {
    private final InitialMemory memory;
    private final long[] globals;
    private final int[][] tables;

    /// @param globals values of the variable ones, in the order of their indices
    /// @param tables the entries of each, a function's index or the engine's null
    InitialState(InitialMemory memory, long[] globals, int[][] tables) {
        this.memory = memory;
        this.globals = globals;
        this.tables = tables;
    }

    InitialMemory memory() {
        return memory;
    }

    long[] globals() {
        return globals;
    }

    int[][] tables() {
        return tables;
    }
}

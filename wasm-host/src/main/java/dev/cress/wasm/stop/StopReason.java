package dev.cress.wasm.stop;

/// Why a run was stopped from outside.
public enum StopReason {
    CPU_LIMIT,
    WALL_LIMIT,
    ABANDONED
}

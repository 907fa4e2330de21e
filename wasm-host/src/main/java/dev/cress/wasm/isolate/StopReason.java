package dev.cress.wasm.isolate;

/// Why a run was stopped from outside.
public enum StopReason {
    CPU_LIMIT,
    WALL_LIMIT,
    ABANDONED
}

package dev.cress.wasm.guest;

/// How a run ended and what it used.
///
/// @param isolateStartNanos from the guest thread having the task to the guest's first instruction
/// @param guestNanos from the guest's first instruction to its end
/// @param cpuNanos CPU time of that
/// @param memoryBytes linear memory at its end
/// @param threadSpent whether the run was long, so that its thread yields to all others for good
/// and
///     should not run another
public record RunResult(
        Outcome outcome,
        long isolateStartNanos,
        long guestNanos,
        long cpuNanos,
        long memoryBytes,
        boolean threadSpent) {}

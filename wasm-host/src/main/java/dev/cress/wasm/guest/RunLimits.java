package dev.cress.wasm.guest;

import java.time.Duration;

/// What one run of a guest may use.
///
/// @param cpu time on a CPU
/// @param wall time from its start to its end, waiting included
/// @param memoryBytes of linear memory
/// @param responseHeaderBytes of the answer's head
/// @param responseBodyBytes of the answer's body
/// @param logBytes of its log; what is over is cut, and the log says so
public record RunLimits(
        Duration cpu,
        Duration wall,
        long memoryBytes,
        long responseHeaderBytes,
        long responseBodyBytes,
        int logBytes) {
    public static final long MIB = 1 << 20;

    /// What a manifest without limits gets.
    public static final RunLimits DEFAULT =
            new RunLimits(
                    Duration.ofSeconds(1),
                    Duration.ofSeconds(30),
                    128 * MIB,
                    64 * 1024,
                    100 * MIB,
                    64 * 1024);

    /// The same for a run that has no more time than this, on a CPU or on the wall.
    public RunLimits within(Duration time) {
        return new RunLimits(
                cpu.compareTo(time) < 0 ? cpu : time,
                wall.compareTo(time) < 0 ? wall : time,
                memoryBytes,
                responseHeaderBytes,
                responseBodyBytes,
                logBytes);
    }

    public RunLimits {
        if (cpu.isNegative() || cpu.isZero() || wall.isNegative() || wall.isZero()) {
            throw new IllegalArgumentException("a time limit must be positive");
        }
        if (memoryBytes < 1 || responseHeaderBytes < 1 || responseBodyBytes < 0 || logBytes < 0) {
            throw new IllegalArgumentException("a size limit must not be negative");
        }
    }
}

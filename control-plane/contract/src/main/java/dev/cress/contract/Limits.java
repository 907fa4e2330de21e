package dev.cress.contract;

/// What one request of a function may use. A zero or missing value is the default; a node caps each
/// by its own.
///
/// @param cpuMs CPU time in ms, 1 to [#WALL_MS_MAX]; default 1,000 (cold code is slow before the
/// JIT
///     saw it)
/// @param wallMs wall time in ms from the guest's start, 1 to [#WALL_MS_MAX]; default 30,000
/// @param memoryMib linear memory in MiB, 1 to 2,047; default 128
/// @param concurrency requests of this function running at once on one node, 1 to 10,000; default
///     64
public record Limits(int cpuMs, int wallMs, int memoryMib, int concurrency) {
    /// The longest wall time that a function may have, ms. A router gives a node up after 60 s
    /// without an answer, so more could be promised and not kept.
    public static final int WALL_MS_MAX = 50_000;

    /// The longest that a node may let a request wait before its guest starts, ms: with
    /// [#WALL_MS_MAX] still less than a router waits.
    public static final int QUEUE_MS_MAX = 5_000;

    public static final Limits DEFAULT = new Limits(0, 0, 0, 0);

    public Limits {
        cpuMs = checked("cpu_ms", cpuMs, 1_000, WALL_MS_MAX);
        wallMs = checked("wall_ms", wallMs, 30_000, WALL_MS_MAX);
        memoryMib = checked("memory_mib", memoryMib, 128, 2_047);
        concurrency = checked("concurrency", concurrency, 64, 10_000);
    }

    private static int checked(String name, int value, int ifMissing, int max) {
        if (value == 0) {
            return ifMissing;
        }
        if (value < 1 || value > max) {
            throw new ContractException(
                    "invalid-limit",
                    "limit %s = %d is out of range: 1 to %d".formatted(name, value, max));
        }
        return value;
    }
}

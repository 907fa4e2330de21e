package dev.cress.node.serve;

import java.util.function.LongSupplier;

/// How much may be logged: so many characters a second, and as many at once as were saved up. By
/// hand, as the arithmetic is a line under a lock that is held anyway: Bucket4j takes 12 ms of a
/// start's 300 for its 42 classes. Not thread-safe.
final class LogAllowance {
    private static final double NANOS_PER_SECOND = 1e9;

    private final int perSecond;
    private final int burst;
    private final LongSupplier nanoTime;
    private double left;
    private long knownAt;

    /// @param perSecond characters
    /// @param burst characters, there from the beginning
    /// @param nanoTime a clock that nobody sets, as [System#nanoTime]
    LogAllowance(int perSecond, int burst, LongSupplier nanoTime) {
        this.perSecond = perSecond;
        this.burst = burst;
        this.nanoTime = nanoTime;
        this.left = burst;
        this.knownAt = nanoTime.getAsLong();
    }

    /// Takes so many characters if they are there, or none.
    boolean take(int characters) {
        long now = nanoTime.getAsLong();
        left = Math.min(burst, left + perSecond * ((now - knownAt) / NANOS_PER_SECOND));
        knownAt = now;
        if (left < characters) {
            return false;
        }
        left -= characters;
        return true;
    }
}

package dev.cress.bench;

import java.util.Arrays;
import java.util.function.LongSupplier;

/// Durations of one operation, measured one by one. Used by one thread.
final class Times {
    private static final double NANOS_PER_MICRO = 1_000;

    private long[] nanos = new long[1 << 16];
    private int count;

    /// Repeats an operation until the time is over.
    ///
    /// @param operation returns how long it took, in nanoseconds
    static Times of(long forNanos, LongSupplier operation) {
        var times = new Times();
        long end = System.nanoTime() + forNanos;
        do {
            times.add(operation.getAsLong());
        } while (System.nanoTime() < end);
        return times;
    }

    void add(long duration) {
        if (count == nanos.length) {
            nanos = Arrays.copyOf(nanos, 2 * count);
        }
        nanos[count++] = duration;
    }

    void addAll(Times others) {
        for (int i = 0; i < others.count; i++) {
            add(others.nanos[i]);
        }
    }

    /// Those from one to before another, in the order in which they were added.
    Times part(int from, int to) {
        var part = new Times();
        for (int i = from; i < to; i++) {
            part.add(nanos[i]);
        }
        return part;
    }

    /// Of the first so many, in nanoseconds.
    long sum(int of) {
        return Arrays.stream(nanos, 0, of).sum();
    }

    int count() {
        return count;
    }

    /// In nanoseconds; of few the nearest above.
    long percentile(double percent) {
        long[] sorted = Arrays.copyOf(nanos, count);
        Arrays.sort(sorted);
        int rank = (int) Math.ceil(percent / 100 * count);
        return sorted[Math.max(0, rank - 1)];
    }

    double micros(double percent) {
        return percentile(percent) / NANOS_PER_MICRO;
    }

    double millis(double percent) {
        return micros(percent) / NANOS_PER_MICRO;
    }
}

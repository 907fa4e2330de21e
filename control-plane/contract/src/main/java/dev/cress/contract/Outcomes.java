package dev.cress.contract;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// What became of requests, as numbers that can be added up: how many there were, how many of them
/// failed by the version's own fault, and how long they took. The times are in buckets that grow by
/// [#PER_DOUBLING] to a doubling, so that a quantile is known to 9 %.
///
/// @param requests at most [#COUNT_MAX]
/// @param errors of these: traps, limits that were hit, and answers of 5xx
/// @param times how many there were of each bucket that had any
public record Outcomes(long requests, long errors, Map<Integer, Long> times) {
    public static final long COUNT_MAX = 1L << 40;

    /// The first bucket ends there, in µs.
    static final double FIRST_US = 64;

    static final int PER_DOUBLING = 8;

    /// From 64 µs to 67 s, then one for what is longer.
    public static final int BUCKETS = 20 * PER_DOUBLING + 1;

    public static final Outcomes NONE = new Outcomes(0, 0, Map.of());

    public Outcomes {
        times = Map.copyOf(times);
        boolean sane =
                requests >= 0
                        && requests <= COUNT_MAX
                        && errors >= 0
                        && errors <= requests
                        && times.keySet().stream().allMatch(i -> i >= 0 && i < BUCKETS)
                        && times.values().stream().allMatch(n -> n >= 0 && n <= requests);
        if (!sane) {
            throw new ContractException("invalid-value", "outcomes that can't be");
        }
    }

    /// Of counts by bucket.
    public static Outcomes of(long requests, long errors, long[] counts) {
        Map<Integer, Long> times = new TreeMap<>();
        for (int i = 0; i < counts.length; i++) {
            if (counts[i] > 0) {
                times.put(i, counts[i]);
            }
        }
        return new Outcomes(requests, errors, times);
    }

    /// The bucket of a time.
    public static int bucket(long nanos) {
        double us = nanos / 1e3;
        if (us <= FIRST_US) {
            return 0;
        }
        double doublings = Math.log(us / FIRST_US) / Math.log(2);
        return Math.min(BUCKETS - 1, (int) Math.ceil(doublings * PER_DOUBLING));
    }

    /// Where a bucket ends, in ms.
    static double endMs(int bucket) {
        return FIRST_US / 1e3 * Math.pow(2, (double) bucket / PER_DOUBLING);
    }

    /// All of these together.
    public static Outcomes sum(List<Outcomes> all) {
        long[] counts = new long[BUCKETS];
        all.forEach(each -> each.times.forEach((i, n) -> counts[i] += n));
        return of(
                all.stream().mapToLong(Outcomes::requests).sum(),
                all.stream().mapToLong(Outcomes::errors).sum(),
                counts);
    }

    /// How many were timed.
    public long timed() {
        return times.values().stream().mapToLong(Long::longValue).sum();
    }

    /// The time that 99 of 100 took at most, in ms; 0 if there are none.
    public double p99Ms() {
        long wanted = (long) Math.ceil(timed() * 0.99);
        long[] counts = counts();
        long seen = 0;
        for (int i = 0; i < BUCKETS; i++) {
            seen += counts[i];
            if (seen >= wanted && seen > 0) {
                return endMs(i);
            }
        }
        return 0;
    }

    /// How many took longer than this, those of the bucket that it is in left out.
    public long slowerThan(double ms) {
        return times.entrySet().stream()
                .filter(entry -> entry.getKey() > 0 && endMs(entry.getKey() - 1) >= ms)
                .mapToLong(Map.Entry::getValue)
                .sum();
    }

    private long[] counts() {
        long[] counts = new long[BUCKETS];
        Arrays.setAll(counts, i -> times.getOrDefault(i, 0L));
        return counts;
    }
}

package dev.cress.router;

import java.time.Duration;

/// What checks and requests say of one node. Not thread-safe; times are of `System.nanoTime`'s kind
/// and passed in, so it is tested as arithmetic.
final class NodeHealth {
    /// One lost check may be a pause of the collector.
    private static final int FAILURES_TO_SET_ASIDE = 2;

    /// Answers that bring a node back before its time: a port that answers once may be a crash
    /// loop's.
    private static final int SUCCESSES_TO_RETURN = 2;

    private final long setAsideNs;
    private boolean listedDraining;
    private boolean saysDraining;
    private boolean aside;
    private long asideUntilNs;
    private int failures;
    private int successes;

    NodeHealth(Duration setAside) {
        setAsideNs = setAside.toNanos();
    }

    /// What the directory says.
    void listed(boolean draining) {
        listedDraining = draining;
    }

    /// A check was answered 200.
    void passed() {
        saysDraining = false;
        answered();
    }

    /// A check, or a request, was answered that the node starts or drains.
    void draining() {
        saysDraining = true;
        answered();
    }

    private void answered() {
        failures = 0;
        successes++;
        if (successes >= SUCCESSES_TO_RETURN) {
            aside = false;
        }
    }

    /// A check wasn't answered, or not as agreed.
    void failed(long nowNs) {
        failures++;
        successes = 0;
        if (failures >= FAILURES_TO_SET_ASIDE) {
            setAside(nowNs);
        }
    }

    /// A request couldn't connect, or its connection ended before an answer.
    void dropped(long nowNs) {
        successes = 0;
        setAside(nowNs);
    }

    private void setAside(long nowNs) {
        aside = true;
        asideUntilNs = nowNs + setAsideNs;
    }

    Tier tier(long nowNs) {
        if (aside && nowNs - asideUntilNs >= 0) {
            aside = false;
        }
        if (aside) {
            return Tier.ASIDE;
        }
        return listedDraining || saysDraining ? Tier.DRAINING : Tier.READY;
    }
}

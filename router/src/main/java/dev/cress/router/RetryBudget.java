package dev.cress.router;

import java.util.function.LongSupplier;

/// Bounds what retries add to a fleet that is already in trouble: a share of the requests, plus a
/// floor per second, saved up. Belongs to one event loop.
final class RetryBudget {
    private static final int SAVED_SECONDS = 10;
    private static final double NS_PER_SECOND = 1e9;

    private final LongSupplier clockNs;
    private final double perRequest;
    private final double perSecond;
    private final double savedMax;
    private double saved;
    private long lastNs;

    /// @param loops event loops that share the floor
    RetryBudget(RouterConfig.Retries config, int loops, LongSupplier clockNs) {
        this.clockNs = clockNs;
        perRequest = config.percent() / 100.0;
        perSecond = (double) config.perSecondFloor() / loops;
        savedMax = Math.max(1, SAVED_SECONDS * perSecond);
        saved = config.perSecondFloor() == 0 ? 0 : savedMax;
        lastNs = clockNs.getAsLong();
    }

    /// A request came.
    void earn() {
        saved = Math.min(savedMax, saved + perRequest);
    }

    /// Whether one more retry is in it.
    boolean spend() {
        long nowNs = clockNs.getAsLong();
        saved = Math.min(savedMax, saved + perSecond * (nowNs - lastNs) / NS_PER_SECOND);
        lastNs = nowNs;
        if (saved < 1) {
            return false;
        }
        saved--;
        return true;
    }
}

package dev.cress.node.serve;

import dev.cress.contract.ControlFrame.Limits;
import dev.cress.contract.ControlFrame.Limits.TenantLimit;
import dev.cress.contract.NodeFrame.Demand;
import dev.cress.contract.TenantName;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/// What this node may run of each tenant's, as it was told last; without the control plane that
/// stays as it is. A tenant that was never named has no limit. Thread-safe.
public final class TenantLimits {
    /// How much of its rate a tenant may have at once after a pause, and one request at least.
    static final double BURST_S = 0.25;

    private final GuestThreads threads;
    private final LongSupplier nanoTime;
    private final Map<TenantName, TenantLimit> limits = new ConcurrentHashMap<>();
    private final Map<TenantName, Bucket> buckets = new ConcurrentHashMap<>();

    /// @param nanoTime as [System#nanoTime()]
    public TenantLimits(GuestThreads threads, LongSupplier nanoTime) {
        this.threads = threads;
        this.nanoTime = nanoTime;
    }

    /// A tenant's requests: as many go in as come out at the bottom.
    private static final class Bucket {
        private double perSecond;
        private double tokens;
        private long atNanos;
        private long asked;

        private Bucket(double perSecond, long nowNanos) {
            this.perSecond = perSecond;
            tokens = most();
            atNanos = nowNanos;
        }

        private double most() {
            return Math.max(1, perSecond * BURST_S);
        }

        private synchronized void rate(double perSecond, long nowNanos) {
            fill(nowNanos);
            this.perSecond = perSecond;
            tokens = Math.min(tokens, most());
        }

        private void fill(long nowNanos) {
            tokens = Math.min(most(), tokens + (nowNanos - atNanos) / 1e9 * perSecond);
            atNanos = nowNanos;
        }

        private synchronized boolean take(long nowNanos) {
            asked++;
            fill(nowNanos);
            if (tokens < 1) {
                return false;
            }
            tokens--;
            return true;
        }

        private synchronized long takeAsked() {
            long count = asked;
            asked = 0;
            return count;
        }
    }

    /// Takes what the control plane, or the disk, says.
    public synchronized void take(Limits told) {
        if (told.whole()) {
            limits.clear();
        }
        for (TenantLimit limit : told.tenants()) {
            limits.put(limit.tenant(), limit);
        }
        limits.values().removeIf(l -> l.concurrency() == null && l.requestsPerSecond() == null);
        threads.limit(
                limits.values().stream()
                        .filter(limit -> limit.concurrency() != null)
                        .collect(Collectors.toMap(TenantLimit::tenant, TenantLimit::concurrency)));
        long now = nanoTime.getAsLong();
        for (TenantLimit limit : limits.values()) {
            Double rate = limit.requestsPerSecond();
            if (rate != null) {
                buckets.computeIfAbsent(limit.tenant(), _ -> new Bucket(rate, now)).rate(rate, now);
            }
        }
        buckets.keySet().removeIf(tenant -> rate(tenant) == null);
    }

    private @Nullable Double rate(TenantName tenant) {
        TenantLimit limit = limits.get(tenant);
        return limit == null ? null : limit.requestsPerSecond();
    }

    /// All that it was told, for the disk.
    public synchronized Limits told() {
        return new Limits(true, List.copyOf(limits.values()));
    }

    /// Whether one more request of this tenant's may come in now.
    boolean admits(TenantName tenant) {
        Bucket bucket = buckets.get(tenant);
        return bucket == null || bucket.take(nanoTime.getAsLong());
    }

    /// The requests that came since this was last asked, of tenants that have a rate.
    public Demand takeDemand() {
        return new Demand(
                buckets.entrySet().stream()
                        .map(e -> new Demand.Asked(e.getKey(), e.getValue().takeAsked()))
                        .filter(asked -> asked.requests() > 0)
                        .toList());
    }
}

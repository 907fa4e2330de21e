package dev.cress.node.serve;

import dev.cress.contract.FunctionName;
import dev.cress.contract.NodeFrame.Demand;
import dev.cress.contract.Outcomes;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/// What became of one function's requests, by version: where a rollout compares two, until the
/// control plane is told; else of the last 10 to 20 minutes, which it is told when the next rollout
/// comes here, to compare with where that leaves the stable version nothing. Thread-safe.
final class FunctionTallies {
    /// What came before is kept for so long, and again for as long as the next such span lasts.
    static final Duration SPAN = Duration.ofMinutes(10);

    /// Versions of deployments that nobody was told of yet: a node without a control plane has two,
    /// one that comes back after several steps a few more.
    static final int COMPARED_MAX = 16;

    private final LongSupplier nanoTime;
    private final Map<Key, Counter> compared = new LinkedHashMap<>();
    private @Nullable Counter quiet;
    private @Nullable Counter quietBefore;
    private int quietVersion;
    private long quietSinceNanos;
    private int rolloutTold;

    FunctionTallies(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    private record Key(int rollout, int deployment, int version) {}

    private static final class Counter {
        private int requests;
        private int errors;
        private final int[] times = new int[Outcomes.BUCKETS];

        private void count(boolean failed, long nanos) {
            requests++;
            errors += failed ? 1 : 0;
            times[Outcomes.bucket(nanos)]++;
        }

        private Outcomes outcomes() {
            long[] counts = new long[times.length];
            for (int i = 0; i < counts.length; i++) {
                counts[i] = times[i];
            }
            return Outcomes.of(requests, errors, counts);
        }
    }

    /// A request of this version is over.
    synchronized void count(ServedFunction function, int version, boolean failed, long nanos) {
        if (!function.compared()) {
            quiet(version).count(failed, nanos);
            return;
        }
        var key = new Key(function.rollout(), function.deployment(), version);
        if (!compared.containsKey(key) && compared.size() >= COMPARED_MAX) {
            compared.remove(compared.keySet().iterator().next());
        }
        compared.computeIfAbsent(key, _ -> new Counter()).count(failed, nanos);
    }

    private Counter quiet(int version) {
        long now = nanoTime.getAsLong();
        Counter counter = quiet;
        if (counter == null || version != quietVersion) {
            quietBefore = null;
            counter = new Counter();
        } else if (now - quietSinceNanos > SPAN.toNanos()) {
            quietBefore = now - quietSinceNanos > 2 * SPAN.toNanos() ? null : counter;
            counter = new Counter();
        } else {
            return counter;
        }
        quiet = counter;
        quietVersion = version;
        quietSinceNanos = now;
        return counter;
    }

    /// What there is to tell, so many at most; it is forgotten here.
    synchronized List<Demand.Tally> take(FunctionName name, int most) {
        List<Demand.Tally> taken = new ArrayList<>();
        Iterator<Map.Entry<Key, Counter>> each = compared.entrySet().iterator();
        while (each.hasNext() && taken.size() + 1 < most) {
            var entry = each.next();
            Key key = entry.getKey();
            if (key.rollout != rolloutTold) {
                rolloutTold = key.rollout;
                Outcomes before = before();
                if (before.requests() > 0) {
                    taken.add(new Demand.Tally(name, key.rollout, 0, quietVersion, before));
                }
            }
            taken.add(
                    new Demand.Tally(
                            name,
                            key.rollout,
                            key.deployment,
                            key.version,
                            entry.getValue().outcomes()));
            each.remove();
        }
        return taken;
    }

    private Outcomes before() {
        List<Outcomes> all = new ArrayList<>();
        if (quiet != null) {
            all.add(quiet.outcomes());
        }
        if (quietBefore != null) {
            all.add(quietBefore.outcomes());
        }
        return Outcomes.sum(all);
    }
}

package dev.cress.control.sync;

import dev.cress.contract.Deployment;
import dev.cress.contract.FunctionName;
import dev.cress.contract.FunctionState;
import dev.cress.contract.NodeFrame.Demand;
import dev.cress.contract.Outcomes;
import dev.cress.control.store.RolloutSteps;
import dev.cress.control.store.RolloutSteps.Counted;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// What requests of versions that rollouts compare came to on this server's nodes, added up by
/// region, and in the store within a second, for whichever server drives the rollout. Confined to
/// the event loop.
final class Tallies {
    static final Duration WRITTEN_EVERY = Duration.ofSeconds(1);

    /// Sums that are kept: a version of a deployment in a region is one.
    static final int KEPT_MAX = 10_000;

    /// Sums of one write: the rest waits for the next.
    static final int WRITTEN_MAX = 500;

    private static final Logger LOG = LoggerFactory.getLogger(Tallies.class);

    private final RolloutSteps steps;
    private final FleetImage image;
    private final Counter dropped;
    private final Map<Key, Outcomes> sums = new HashMap<>();
    private final Set<Key> unwritten = new LinkedHashSet<>();
    private boolean writing;

    private record Key(
            FunctionName function, int rollout, int deployment, int version, String region) {}

    Tallies(Vertx vertx, RolloutSteps steps, FleetImage image, MeterRegistry meters) {
        this.steps = steps;
        this.image = image;
        dropped =
                Counter.builder("cress.control.tallies.dropped")
                        .description("What nodes counted and no room was for")
                        .register(meters);
        vertx.setPeriodic(WRITTEN_EVERY.toMillis(), _ -> write());
    }

    /// A node in this region has counted more. What isn't of the rollout at hand is left aside.
    void take(String region, List<Demand.Tally> counted) {
        for (Demand.Tally tally :
                counted.subList(0, Math.min(counted.size(), Demand.TALLIES_MAX))) {
            var key =
                    new Key(
                            tally.function(),
                            tally.rollout(),
                            tally.deployment(),
                            tally.version(),
                            region);
            if (!isOfItsRollout(key)) {
                continue;
            }
            Outcomes sum = sums.getOrDefault(key, Outcomes.NONE);
            boolean fits = sums.containsKey(key) || sums.size() < KEPT_MAX;
            if (!fits || sum.requests() + tally.counted().requests() > Outcomes.COUNT_MAX) {
                dropped.increment();
                continue;
            }
            sums.put(key, Outcomes.sum(List.of(sum, tally.counted())));
            unwritten.add(key);
        }
    }

    /// Whether the rollout goes on, and this is of a deployment of it that has been.
    private boolean isOfItsRollout(Key key) {
        Optional<Deployment> present = image.function(key.function).map(FunctionState::deployment);
        return present.filter(deployment -> deployment.rollout() == key.rollout)
                .filter(deployment -> !deployment.full())
                .filter(deployment -> key.deployment <= deployment.id())
                .filter(deployment -> deployment.live().contains(key.version))
                .isPresent();
    }

    private void write() {
        sums.keySet().removeIf(key -> !isOfItsRollout(key));
        unwritten.retainAll(sums.keySet());
        if (writing || unwritten.isEmpty()) {
            return;
        }
        List<Key> keys = unwritten.stream().limit(WRITTEN_MAX).toList();
        List<Counted> rows = new ArrayList<>();
        for (Key key : keys) {
            Outcomes sum = sums.getOrDefault(key, Outcomes.NONE);
            rows.add(
                    new Counted(
                            key.function,
                            key.rollout,
                            key.deployment,
                            key.version,
                            key.region,
                            sum));
        }
        keys.forEach(unwritten::remove);
        writing = true;
        steps.count(rows)
                .onComplete(
                        _ -> writing = false,
                        e -> {
                            writing = false;
                            unwritten.addAll(keys);
                            LOG.warn("what nodes counted can't be kept: {}", e.getMessage());
                        });
    }
}

package dev.cress.control.sync;

import dev.cress.contract.Api.RolloutState;
import dev.cress.contract.Outcomes;
import dev.cress.contract.RolloutPlan;
import dev.cress.control.store.RolloutSteps;
import dev.cress.control.store.RolloutSteps.Due;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/// Has rollouts go on. Every second each server looks whether there are any; the one that has the
/// lease decides for each: back or hold if the version is worse, the next step once all connected
/// nodes that the present one reaches have served it for as long as the plan says, else nothing.
/// All that it knows is in the store, so another server goes on where it stopped. Confined to the
/// event loop.
final class RolloutDriver {
    static final Duration LOOK_EVERY = Duration.ofSeconds(1);

    private static final Logger LOG = LoggerFactory.getLogger(RolloutDriver.class);

    private final Vertx vertx;
    private final RolloutSteps steps;
    private final Rollouts rollouts;
    private final MeterRegistry meters;
    private final long timer;
    private boolean looking;

    RolloutDriver(Vertx vertx, RolloutSteps steps, Rollouts rollouts, MeterRegistry meters) {
        this.vertx = vertx;
        this.steps = steps;
        this.rollouts = rollouts;
        this.meters = meters;
        timer = vertx.setPeriodic(LOOK_EVERY.toMillis(), _ -> look());
    }

    private void look() {
        if (looking) {
            return;
        }
        looking = true;
        steps.due()
                .compose(this::drive)
                .onComplete(
                        _ -> looking = false,
                        e -> {
                            looking = false;
                            LOG.warn("rollouts wait: {}", e.getMessage());
                        });
    }

    private Future<Boolean> drive(List<Due> all) {
        if (all.isEmpty()) {
            return steps.rest().map(true);
        }
        return steps.drive()
                .compose(
                        ours -> {
                            Future<Boolean> last = Future.succeededFuture(true);
                            if (ours) {
                                for (Due due : all) {
                                    last = last.compose(_ -> decide(due));
                                }
                            }
                            return last;
                        });
    }

    private Future<Boolean> decide(Due due) {
        RolloutState state = due.rollout().state();
        RolloutPlan plan = state.plan();
        Optional<String> worse = worse(due);
        if (worse.isPresent()) {
            return switch (plan.onWorse()) {
                case ROLLBACK -> done(due, "rollback", worse.get(), steps.back(due, worse.get()));
                case HOLD -> done(due, "hold", worse.get(), steps.hold(due, worse.get()));
            };
        }
        if (!rollouts.isServing(due.rollout().function(), due.present())) {
            return Future.succeededFuture(false);
        }
        if (due.rollout().sinceMs() == 0 && plan.bakeMs() > 0) {
            return steps.serves(due);
        }
        return due.nowMs() - due.rollout().sinceMs() >= plan.bakeMs()
                ? done(due, "step", "step " + (state.step() + 1), steps.step(due))
                : Future.succeededFuture(false);
    }

    private Future<Boolean> done(Due due, String what, String why, Future<Boolean> made) {
        return made.onSuccess(
                changed -> {
                    if (changed) {
                        RolloutState state = due.rollout().state();
                        LOG.info(
                                "rollout of {} version {}: {}, {}",
                                due.rollout().function(),
                                state.version(),
                                what,
                                why);
                        Counter.builder("cress.control.rollouts")
                                .description(
                                        "What this server did to rollouts: step, hold, rollback")
                                .tag("what", what)
                                .register(meters)
                                .increment();
                    }
                });
    }

    /// Compares over the same time and regions: requests of the present step, or, where that leaves
    /// the stable version too few, those that it had there before the rollout came.
    static Optional<String> worse(Due due) {
        RolloutState state = due.rollout().state();
        List<String> regions = state.plan().steps().get(state.step() - 1).regions();
        Outcomes candidate = sum(due, regions, state.version(), state.deployment());
        Outcomes stable = sum(due, regions, state.stable(), state.deployment());
        if (stable.requests() < state.plan().margin().requestsMin()) {
            stable = sum(due, regions, state.stable(), 0);
        }
        return Judge.worse(state.plan().margin(), candidate, stable);
    }

    private static Outcomes sum(Due due, List<String> regions, int version, int deployment) {
        Predicate<String> isThere = region -> regions.isEmpty() || regions.contains(region);
        return Outcomes.sum(
                due.counted().stream()
                        .filter(row -> row.version() == version && row.deployment() == deployment)
                        .filter(row -> isThere.test(row.region()))
                        .map(RolloutSteps.Counted::outcomes)
                        .toList());
    }

    /// Lets another server go on at once.
    void close() {
        vertx.cancelTimer(timer);
        steps.rest().onFailure(e -> LOG.debug("the lease will run out by itself", e));
    }
}

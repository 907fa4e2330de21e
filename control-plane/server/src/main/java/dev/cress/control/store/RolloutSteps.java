package dev.cress.control.store;

import dev.cress.contract.Api.RolloutState;
import dev.cress.contract.Deployment;
import dev.cress.contract.FunctionName;
import dev.cress.contract.Outcomes;

import io.vertx.core.Future;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// What drives rollouts reads and does. Of all servers that share the store one drives, under a
/// lease: when it is gone another takes over within [#LEASE]. Used on the event loop.
public final class RolloutSteps {
    /// How long a server that drives may say nothing before another may.
    static final Duration LEASE = Duration.ofSeconds(5);

    /// Rollouts that go on at once, in the whole fleet.
    static final int RUNNING_MAX = 1_000;

    private static final String NAME = "rollouts";

    private final Store store;
    private final InstantSource clock;
    private @Nullable Lease lease;

    public RolloutSteps(Store store, InstantSource clock) {
        this.store = store;
        this.clock = clock;
    }

    /// What requests came to, of one version in one region.
    ///
    /// @param deployment by which the version got them, 0 for those from before the rollout
    public record Counted(
            FunctionName function,
            int rollout,
            int deployment,
            int version,
            String region,
            Outcomes outcomes) {}

    /// A rollout that goes on.
    ///
    /// @param nowMs by the database's clock
    public record Due(
            StoredRollout rollout, Deployment present, long nowMs, List<Counted> counted) {}

    /// All that go on.
    public Future<List<Due>> due() {
        return store.read(
                tables -> {
                    var rows = tables.rollouts();
                    var running = rows.running(RUNNING_MAX);
                    long nowMs = running.isEmpty() ? 0 : rows.nowMs();
                    return running.stream().map(each -> due(tables, each, nowMs)).toList();
                });
    }

    private static Due due(Tables tables, StoredRollout rollout, long nowMs) {
        FunctionName name = rollout.function();
        return new Due(
                rollout,
                tables.deployments().present(name).orElseThrow(),
                nowMs,
                tables.rollouts().outcomes(name, rollout.state().id()));
    }

    /// Keeps what this server has counted so far, instead of what it had before.
    public Future<Void> count(List<Counted> all) {
        return store.aside(
                        tables -> {
                            all.forEach(each -> tables.rollouts().count(each, store.server()));
                            return all;
                        })
                .mapEmpty();
    }

    /// Whether this server drives: it does from now on if no other one does.
    public Future<Boolean> drive() {
        var held = lease;
        Future<Optional<Lease>> had =
                held == null ? Future.succeededFuture(Optional.empty()) : store.renew(held, LEASE);
        return had.compose(
                        still ->
                                still.isPresent()
                                        ? Future.succeededFuture(still)
                                        : store.acquire(NAME, LEASE))
                .map(
                        now -> {
                            lease = now.orElse(null);
                            return now.isPresent();
                        });
    }

    /// Lets another server drive.
    public Future<Void> rest() {
        var held = lease;
        lease = null;
        return held == null ? Future.succeededFuture() : store.release(held);
    }

    /// The step serves wherever it should, as of now.
    public Future<Boolean> serves(Due due) {
        return under(
                due,
                tables -> {
                    tables.rollouts().serves(due.rollout.function());
                    return true;
                });
    }

    /// The next step.
    public Future<Boolean> step(Due due) {
        return under(
                due,
                tables -> {
                    var made = tables.releases().step(due.rollout, due.present, clock.millis());
                    return noted(tables, due, "step", AuditLog.DONE, made.revision());
                });
    }

    /// The version is worse: it gets no more.
    public Future<Boolean> hold(Due due, String reason) {
        return under(
                due,
                tables -> {
                    RolloutState state = due.rollout.state();
                    tables.rollouts()
                            .put(
                                    due.rollout.function(),
                                    ended(state, state.deployment(), StoredRollout.HELD, reason));
                    return noted(tables, due, "hold", reason, 0);
                });
    }

    /// The version is worse: it loses everything.
    public Future<Boolean> back(Due due, String reason) {
        return under(
                due,
                tables -> {
                    var made =
                            tables.releases()
                                    .back(due.rollout, due.present, reason, clock.millis());
                    return noted(tables, due, "rollback", reason, made.revision());
                });
    }

    static RolloutState ended(RolloutState state, int deployment, String how, String reason) {
        return new RolloutState(
                state.id(),
                state.version(),
                state.stable(),
                state.plan(),
                state.step(),
                deployment,
                how,
                reason);
    }

    /// Does this if the lease is held and nothing has come between, else nothing.
    private Future<Boolean> under(Due due, Function<Tables, Boolean> work) {
        var held = lease;
        if (held == null) {
            return Future.succeededFuture(false);
        }
        FunctionName name = due.rollout.function();
        return store.change(
                tables -> {
                    tables.leases().require(held);
                    boolean same =
                            tables.rollouts().find(name).equals(Optional.of(due.rollout))
                                    && tables.deployments()
                                            .present(name)
                                            .equals(Optional.of(due.present));
                    return same && work.apply(tables);
                });
    }

    private static boolean noted(
            Tables tables, Due due, String what, String outcome, long revision) {
        FunctionName name = due.rollout.function();
        var actor = new Actor("", "rollout", "", "rollout " + what, "", "", "").about(name);
        tables.audit().append(actor, outcome, revision, 1);
        return true;
    }
}

package dev.cress.control.sync;

import dev.cress.contract.Api.Rollout;
import dev.cress.contract.Deployment;
import dev.cress.contract.FunctionName;
import dev.cress.contract.FunctionState;
import dev.cress.contract.Share;
import dev.cress.contract.StagingState;
import dev.cress.control.store.Refusal;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiPredicate;
import java.util.stream.Stream;

/// How far a deployment is on each known node of the regions where it is placed, and waiting until
/// none of them is pending any more. Confined to the event loop.
public final class Rollouts {
    /// Requests that may wait at once.
    static final int WAITING_MAX = 500;

    private static final int RETRY_AFTER_S = 2;

    private final Vertx vertx;
    private final Presence presence;
    private final FleetImage image;
    private BiPredicate<FunctionName, String> needsSecrets = (_, _) -> false;
    private final List<Waiting> waiting = new ArrayList<>();

    Rollouts(Vertx vertx, Presence presence, FleetImage image) {
        this.vertx = vertx;
        this.presence = presence;
        this.image = image;
    }

    /// Which functions run only where secrets are, by region.
    void needSecrets(BiPredicate<FunctionName, String> which) {
        needsSecrets = which;
    }

    private record Waiting(
            FunctionName function, Deployment deployment, Promise<Rollout> promise) {}

    /// The rollout as soon as it is settled, or as it stands after this long.
    public Future<Rollout> settled(FunctionName function, Deployment deployment, Duration wait) {
        Rollout now = now(function, deployment);
        if (isSettled(now) || wait.isZero()) {
            return Future.succeededFuture(now);
        }
        if (waiting.size() >= WAITING_MAX) {
            return Future.failedFuture(
                    Refusal.overloaded(
                            "%d requests wait for rollouts, at most %d"
                                    .formatted(waiting.size(), WAITING_MAX),
                            RETRY_AFTER_S));
        }
        var entry = new Waiting(function, deployment, Promise.promise());
        waiting.add(entry);
        long timer =
                vertx.setTimer(
                        wait.toMillis(), _ -> entry.promise.tryComplete(now(function, deployment)));
        return entry.promise
                .future()
                .onComplete(
                        _ -> {
                            waiting.remove(entry);
                            vertx.cancelTimer(timer);
                        });
    }

    /// Something was heard of a node.
    void changed() {
        for (Waiting entry : List.copyOf(waiting)) {
            Rollout now = now(entry.function, entry.deployment);
            if (isSettled(now)) {
                entry.promise.tryComplete(now);
            }
        }
    }

    private Rollout now(FunctionName function, Deployment deployment) {
        List<String> regions =
                image.function(function)
                        .filter(state -> state.deployment().id() == deployment.id())
                        .map(state -> List.copyOf(state.regions()))
                        .orElse(List.of());
        return new Rollout(
                function,
                deployment.id(),
                placed(function, deployment)
                        .map(node -> onNode(node, function, deployment))
                        .toList(),
                regions,
                regions.stream().filter(this::isUnknown).toList());
    }

    private boolean isUnknown(String region) {
        return presence.nodes().stream().noneMatch(node -> node.info().region().equals(region));
    }

    /// The nodes of the regions where any of what it shares the traffic among is placed.
    private Stream<NodePresence> placed(FunctionName function, Deployment deployment) {
        var state = image.function(function);
        return presence.nodes().stream()
                .filter(node -> !shares(state, deployment, node.info().region()).isEmpty());
    }

    /// A version that nobody retains is everywhere.
    private static List<Share> shares(
            Optional<FunctionState> state, Deployment deployment, String region) {
        List<Share> shares = deployment.sharesIn(region);
        return state.isEmpty() || !state.get().placed()
                ? shares
                : shares.stream()
                        .filter(share -> state.get().placement(share.version()).in(region))
                        .toList();
    }

    private Rollout.OnNode onNode(NodePresence node, FunctionName function, Deployment deployment) {
        String state = "pending";
        String reason = "";
        if (!presence.isConnected(node)) {
            state = "offline";
        } else if (!node.knowsTenants() && !function.tenant().isDefault()) {
            state = "failed";
            reason = "cress %s knows of no tenants".formatted(node.info().build());
        } else if (!node.knowsSecrets() && needsSecrets.test(function, node.info().region())) {
            state = "failed";
            reason = "cress %s takes no secrets".formatted(node.info().build());
        } else if (node.serving(function) >= deployment.id()) {
            state = "serving";
        } else {
            var here = shares(image.function(function), deployment, node.info().region());
            for (Share share : here) {
                var version = node.staging(function, share.version());
                if (version != null && version.state() == StagingState.FAILED) {
                    state = "failed";
                    reason = "version %d: %s".formatted(share.version(), version.reason());
                }
            }
        }
        return new Rollout.OnNode(node.info().name(), node.info().region(), state, reason);
    }

    private static boolean isReached(NodePresence node, Deployment deployment) {
        var wave = deployment.wave();
        return wave != null && wave.regions().contains(node.info().region());
    }

    /// Whether all nodes that are connected serve this deployment, of those that the candidate has
    /// reached; none is not enough.
    boolean isServing(FunctionName function, Deployment deployment) {
        var reached =
                placed(function, deployment)
                        .filter(node -> deployment.wave() == null || isReached(node, deployment))
                        .map(node -> onNode(node, function, deployment).state())
                        .filter(state -> !state.equals("offline"))
                        .toList();
        return !reached.isEmpty() && reached.stream().allMatch("serving"::equals);
    }

    /// Whether the function serves where its state places it: no connected node there is pending,
    /// and one serves.
    boolean isSettled(FunctionState state) {
        boolean serves = false;
        for (NodePresence node : presence.nodes()) {
            if (state.isIn(node.info().region())) {
                switch (onNode(node, state.name(), state.deployment()).state()) {
                    case "pending" -> {
                        return false;
                    }
                    case "serving" -> serves = true;
                    default -> {}
                }
            }
        }
        return serves;
    }

    private static boolean isSettled(Rollout rollout) {
        return rollout.nodes().stream().noneMatch(node -> node.state().equals("pending"));
    }
}

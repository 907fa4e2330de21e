package dev.cress.control.store;

import dev.cress.contract.Api;
import dev.cress.contract.Api.Deleted;
import dev.cress.contract.Api.Deployed;
import dev.cress.contract.Api.RolloutState;
import dev.cress.contract.Api.VersionCreated;
import dev.cress.contract.Deployment;
import dev.cress.contract.FunctionName;
import dev.cress.contract.FunctionState;
import dev.cress.contract.Json;
import dev.cress.contract.Manifest;
import dev.cress.contract.Placement;
import dev.cress.contract.RolloutPlan;
import dev.cress.contract.Route;
import dev.cress.contract.Sha256;
import dev.cress.contract.Share;
import dev.cress.contract.Version;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/// What changes the fleet: deploy, roll back, delete. Each is one transaction, and one revision if
/// it changed what nodes know. Lives as long as one transaction.
final class Releases {
    /// Deployments before the present one whose versions nodes keep, so that going back is
    /// immediate.
    static final int RETAINED = 5;

    /// What all functions' states may come to: a snapshot of them must fit into one frame.
    static final long STATE_BYTES_MAX = 15L << 20;

    private final Transaction transaction;
    private final RevisionLog log;
    private final Functions functions;
    private final Deployments deployments;
    private final RolloutRows rollouts;
    private final Routes routes;
    private final VersionBlobs blobs;

    Releases(
            Transaction transaction,
            RevisionLog log,
            Functions functions,
            Deployments deployments,
            RolloutRows rollouts,
            Routes routes) {
        this.transaction = transaction;
        this.log = log;
        this.functions = functions;
        this.deployments = deployments;
        this.rollouts = rollouts;
        this.routes = routes;
        blobs = new VersionBlobs(transaction);
    }

    /// @param basisPoints the share to deploy the version with, or null not to
    /// @param plan how it gets all of the traffic, or null if not step by step
    VersionCreated createVersion(
            FunctionName name,
            Sha256 module,
            Manifest manifest,
            @Nullable Integer basisPoints,
            @Nullable RolloutPlan plan,
            long nowMs) {
        Functions.Created created = functions.createVersion(name, module, manifest, nowMs);
        Version version = created.version();
        if (basisPoints == null && plan == null) {
            return new VersionCreated(version, created.unchanged(), null);
        }
        Deployed deployed = deploy(name, version.number(), basisPoints, plan, nowMs);
        return new VersionCreated(version, created.unchanged(), deployed);
    }

    /// A version of each of these functions, each deployed fully, in one revision.
    List<VersionCreated> createAll(List<Releasing.Wanted> wanted, long nowMs) {
        var made = new ArrayList<Functions.Created>();
        var next = new ArrayList<Next>();
        for (Releasing.Wanted each : wanted) {
            made.add(functions.createVersion(each.name(), each.module(), each.manifest(), nowMs));
            int version = made.getLast().version().number();
            next.add(deployment(each.name(), version, null, each.rollout(), nowMs));
        }
        List<Deployed> deployed = commit(next, nowMs);
        var all = new ArrayList<VersionCreated>();
        for (int i = 0; i < deployed.size(); i++) {
            var created = made.get(i);
            all.add(new VersionCreated(created.version(), created.unchanged(), deployed.get(i)));
        }
        return all;
    }

    /// @param basisPoints null for all of the traffic
    /// @param plan how it gets there, or null for at once
    Deployed deploy(
            FunctionName name,
            int version,
            @Nullable Integer basisPoints,
            @Nullable RolloutPlan plan,
            long nowMs) {
        var next = deployment(name, version, basisPoints, plan, nowMs);
        return commit(List.of(next), nowMs).getFirst();
    }

    private Next deployment(
            FunctionName name,
            int version,
            @Nullable Integer basisPoints,
            @Nullable RolloutPlan plan,
            long nowMs) {
        functions.requireLive(name);
        functions.requireVersion(name, version);
        if (plan != null) {
            requirePlaced(name, functions.version(name, version), plan);
        }
        var present = deployments.present(name).orElse(null);
        if (plan == null || present == null || present.stableVersion() == version) {
            int share = basisPoints == null ? Share.ALL : basisPoints;
            return next(name, present, Release.to(name, version, share, present), null, nowMs);
        }
        boolean underWay =
                rollouts.find(name)
                        .map(StoredRollout::state)
                        .filter(state -> state.state().equals(StoredRollout.RUNNING))
                        .filter(state -> state.version() == version && state.plan().equals(plan))
                        .isPresent();
        if (underWay) {
            return new Next(name, present, null, null, present.stableVersion());
        }
        var first = Release.step(plan, 1, version, present.stableVersion());
        return next(name, present, first, plan, nowMs);
    }

    /// A wave that comes to where its version isn't placed would leave nothing there.
    private static void requirePlaced(FunctionName name, Version version, RolloutPlan plan) {
        Placement placement = version.manifest().placement();
        for (RolloutPlan.Step step : plan.steps()) {
            for (String region : step.regions()) {
                if (!placement.in(region)) {
                    throw Refusal.invalid(
                            "invalid-rollout",
                            "a wave comes to %s, but version %d of %s is placed in %s only: leave %s out of the waves, or place it there too"
                                    .formatted(region, version.number(), name, placement, region));
                }
            }
        }
    }

    /// The next step of a rollout that goes on.
    Deployed step(StoredRollout rollout, Deployment present, long nowMs) {
        RolloutState state = rollout.state();
        int number = state.step() + 1;
        var release = Release.step(state.plan(), number, state.version(), state.stable());
        Deployed made = apply(rollout.function(), present, release, nowMs);
        rollouts.put(
                rollout.function(),
                new RolloutState(
                        state.id(),
                        state.version(),
                        state.stable(),
                        state.plan(),
                        number,
                        made.deployment().id(),
                        stateAt(state.plan(), number),
                        ""));
        return made;
    }

    private static String stateAt(RolloutPlan plan, int number) {
        return number == plan.steps().size() ? StoredRollout.DONE : StoredRollout.RUNNING;
    }

    /// The end of a rollout whose version is worse.
    Deployed back(StoredRollout rollout, Deployment present, String reason, long nowMs) {
        RolloutState state = rollout.state();
        var release = Release.withdrawn(state.stable(), reason);
        Deployed made = apply(rollout.function(), present, release, nowMs);
        rollouts.put(
                rollout.function(),
                RolloutSteps.ended(
                        state, made.deployment().id(), StoredRollout.ROLLED_BACK, reason));
        return made;
    }

    /// @param version where to go back to, or null for what had the traffic before
    Deployed rollback(FunctionName name, @Nullable Integer version, long nowMs) {
        functions.requireLive(name);
        List<Deployment> newest = deployments.newest(name, Api.LIST_MAX);
        var present = newest.isEmpty() ? null : newest.getFirst();
        if (version == null) {
            var before = newest.subList(Math.min(1, newest.size()), newest.size());
            return apply(name, present, Release.back(name, present, before), nowMs);
        }
        functions.requireVersion(name, version);
        return apply(name, present, Release.rollback(version), nowMs);
    }

    Deleted delete(FunctionName name, long nowMs) {
        functions.delete(name);
        Revision revision = log.append(new Change.Deleted(name), nowMs);
        return new Deleted(name, revision.position().revision());
    }

    private Deployed apply(
            FunctionName name, @Nullable Deployment present, Release release, long nowMs) {
        return commit(List.of(next(name, present, release, null, nowMs)), nowMs).getFirst();
    }

    /// Where a function goes.
    ///
    /// @param state what nodes will know of it, or null if it stays where it is
    /// @param begins the plan whose first step this is
    /// @param stable the version that was stable before, 0 if there was none
    private record Next(
            FunctionName name,
            Deployment deployment,
            @Nullable FunctionState state,
            @Nullable RolloutPlan begins,
            int stable) {}

    private Next next(
            FunctionName name,
            @Nullable Deployment present,
            Release release,
            @Nullable RolloutPlan begins,
            long nowMs) {
        if (present != null && present.sharesLike(release.shares(), release.wave())) {
            return new Next(name, present, null, null, present.stableVersion());
        }
        int id = deployments.nextId(name);
        int rollout = present != null && release.sameRollout() ? present.rollout() : id;
        var deployment =
                new Deployment(
                        id,
                        rollout,
                        release.shares(),
                        release.wave(),
                        release.cause(),
                        release.reason(),
                        nowMs);
        deployment.live().forEach(number -> blobs.requireStored(name, number));
        int stable = present == null ? 0 : present.stableVersion();
        return new Next(name, deployment, state(name, deployment), begins, stable);
    }

    /// Makes all of it one revision, or none if nothing changes. Routes may go from one function to
    /// another.
    private List<Deployed> commit(List<Next> all, long nowMs) {
        var states = all.stream().map(Next::state).filter(Objects::nonNull).toList();
        states.forEach(state -> routes.release(state.name()));
        states.forEach(state -> routes.claim(state.name(), liveRoutes(state)));
        long made = states.isEmpty() ? 0 : append(states, nowMs);
        states.forEach(state -> deployments.insert(state.name(), state.deployment(), made));
        states.forEach(this::keep);
        all.stream().filter(next -> next.state != null).forEach(this::follow);
        return all.stream()
                .map(
                        next ->
                                new Deployed(
                                        next.name,
                                        next.deployment,
                                        next.state == null
                                                ? deployments.revision(
                                                        next.name, next.deployment.id())
                                                : made,
                                        next.state == null))
                .toList();
    }

    /// Whatever is deployed takes the place of a rollout that went on; a step of it is put in its
    /// own place afterwards.
    private void follow(Next next) {
        RolloutPlan plan = next.begins;
        if (plan == null) {
            rollouts.replaced(next.name);
            return;
        }
        Share candidate =
                Objects.requireNonNullElse(
                        next.deployment.candidate(), next.deployment.shares().getFirst());
        rollouts.put(
                next.name,
                new RolloutState(
                        next.deployment.rollout(),
                        candidate.version(),
                        next.stable,
                        plan,
                        1,
                        next.deployment.id(),
                        stateAt(plan, 1),
                        ""));
    }

    private long append(List<FunctionState> states, long nowMs) {
        Change change =
                states.size() == 1
                        ? new Change.Deployed(states.getFirst())
                        : new Change.Applied(states);
        return log.append(change, nowMs).position().revision();
    }

    private FunctionState state(FunctionName name, Deployment deployment) {
        var named = new LinkedHashSet<Integer>();
        named.addAll(deployment.live());
        deployments.newest(name, RETAINED).forEach(earlier -> named.addAll(earlier.live()));
        List<Version> versions =
                named.stream().map(number -> functions.version(name, number)).toList();
        return new FunctionState(name, deployment, versions);
    }

    private static Set<Route> liveRoutes(FunctionState state) {
        return state.deployment().live().stream()
                .flatMap(number -> state.version(number).orElseThrow().manifest().routes().stream())
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    private void keep(FunctionState state) {
        String json = Json.write(state);
        transaction.update(
                "UPDATE function SET state = ?, state_bytes = ? WHERE name = ?",
                json,
                json.getBytes(StandardCharsets.UTF_8).length,
                state.name().value());
        blobs.retain(state.name(), state.versions());
        long bytes = transaction.count("SELECT sum(state_bytes) FROM function");
        if (bytes > STATE_BYTES_MAX) {
            throw Refusal.conflict(
                    "fleet-state-too-large",
                    "Fleet state too large",
                    "all of the fleet's manifests may come to %d KiB, and with this they would come to more: shorten configs or delete functions"
                            .formatted(STATE_BYTES_MAX >> 10));
        }
    }
}

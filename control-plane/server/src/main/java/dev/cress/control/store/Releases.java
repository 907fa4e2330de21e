package dev.cress.control.store;

import dev.cress.contract.Api;
import dev.cress.contract.Api.Deleted;
import dev.cress.contract.Api.Deployed;
import dev.cress.contract.Api.VersionCreated;
import dev.cress.contract.Deployment;
import dev.cress.contract.FunctionName;
import dev.cress.contract.FunctionState;
import dev.cress.contract.Json;
import dev.cress.contract.Manifest;
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
    private final Routes routes;
    private final VersionBlobs blobs;

    Releases(
            Transaction transaction,
            RevisionLog log,
            Functions functions,
            Deployments deployments,
            Routes routes) {
        this.transaction = transaction;
        this.log = log;
        this.functions = functions;
        this.deployments = deployments;
        this.routes = routes;
        blobs = new VersionBlobs(transaction);
    }

    /// @param basisPoints the share to deploy the version with, or null not to
    VersionCreated createVersion(
            FunctionName name,
            Sha256 module,
            Manifest manifest,
            @Nullable Integer basisPoints,
            long nowMs) {
        Functions.Created created = functions.createVersion(name, module, manifest, nowMs);
        Version version = created.version();
        if (basisPoints == null) {
            return new VersionCreated(version, created.unchanged(), null);
        }
        Deployed deployed = deploy(name, version.number(), basisPoints, nowMs);
        return new VersionCreated(version, created.unchanged(), deployed);
    }

    /// A version of each of these functions, each deployed fully, in one revision.
    List<VersionCreated> createAll(List<Releasing.Wanted> wanted, long nowMs) {
        var made = new ArrayList<Functions.Created>();
        var next = new ArrayList<Next>();
        for (Releasing.Wanted each : wanted) {
            made.add(functions.createVersion(each.name(), each.module(), each.manifest(), nowMs));
            int version = made.getLast().version().number();
            next.add(deployment(each.name(), version, Share.ALL, nowMs));
        }
        List<Deployed> deployed = commit(next, nowMs);
        var all = new ArrayList<VersionCreated>();
        for (int i = 0; i < deployed.size(); i++) {
            var created = made.get(i);
            all.add(new VersionCreated(created.version(), created.unchanged(), deployed.get(i)));
        }
        return all;
    }

    Deployed deploy(FunctionName name, int version, int basisPoints, long nowMs) {
        return commit(List.of(deployment(name, version, basisPoints, nowMs)), nowMs).getFirst();
    }

    private Next deployment(FunctionName name, int version, int basisPoints, long nowMs) {
        functions.requireLive(name);
        functions.requireVersion(name, version);
        var present = deployments.present(name).orElse(null);
        return next(name, present, Release.to(name, version, basisPoints, present), nowMs);
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
        return commit(List.of(next(name, present, release, nowMs)), nowMs).getFirst();
    }

    /// Where a function goes.
    ///
    /// @param state what nodes will know of it, or null if it stays where it is
    private record Next(FunctionName name, Deployment deployment, @Nullable FunctionState state) {}

    private Next next(
            FunctionName name, @Nullable Deployment present, Release release, long nowMs) {
        if (present != null && present.shares().equals(release.shares())) {
            return new Next(name, present, null);
        }
        release.shares().forEach(share -> blobs.requireStored(name, share.version()));
        int id = deployments.nextId(name);
        int rollout = present != null && release.sameRollout() ? present.rollout() : id;
        var deployment = new Deployment(id, rollout, release.shares(), release.cause(), nowMs);
        return new Next(name, deployment, state(name, deployment));
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

    private long append(List<FunctionState> states, long nowMs) {
        Change change =
                states.size() == 1
                        ? new Change.Deployed(states.getFirst())
                        : new Change.Applied(states);
        return log.append(change, nowMs).position().revision();
    }

    private FunctionState state(FunctionName name, Deployment deployment) {
        var named = new LinkedHashSet<Integer>();
        deployment.shares().forEach(share -> named.add(share.version()));
        for (Deployment earlier : deployments.newest(name, RETAINED)) {
            earlier.shares().forEach(share -> named.add(share.version()));
        }
        List<Version> versions =
                named.stream().map(number -> functions.version(name, number)).toList();
        return new FunctionState(name, deployment, versions);
    }

    private static Set<Route> liveRoutes(FunctionState state) {
        return state.deployment().shares().stream()
                .map(Share::version)
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

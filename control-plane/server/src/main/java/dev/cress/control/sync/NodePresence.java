package dev.cress.control.sync;

import dev.cress.contract.Api.VersionOnNode;
import dev.cress.contract.FunctionName;
import dev.cress.contract.FunctionState;
import dev.cress.contract.NodeFrame;
import dev.cress.contract.NodeInfo;
import dev.cress.contract.StagingState;
import dev.cress.contract.Wave;
import dev.cress.control.store.KnownNode;
import dev.cress.control.store.NodeFunction;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// One node of [Presence]. What a session of this server says counts until a later session on
/// another one is heard of. Confined to the event loop.
final class NodePresence {
    private NodeInfo info;
    private long revision;
    private long lastSeenMs;
    private boolean draining;
    private long clockSkewMs;

    /// Whether it knows of tenants, as far as it said so here.
    private boolean tenants = true;

    /// Whether it knows of waves, as far as it said so here.
    private boolean waves = true;

    /// Whether it takes secrets, as far as it said so here.
    private boolean secrets = true;

    /// Whether it knows of placements, as far as it said so here.
    private boolean placements = true;

    /// Whether its session is on this server now.
    private boolean here;

    /// Whether its last session was on this server, so that it says how the node is.
    private boolean ours;

    /// The other server that has its session, empty if none has.
    private String server = "";

    /// The relay that its session comes through, empty if none.
    private String relay = "";

    /// The session's number, 0 as long as the store hasn't given it one.
    private long session;

    /// How often it connected here.
    private int connections;

    private final Map<FunctionName, Map<Integer, VersionOnNode>> staging = new TreeMap<>();
    private final Map<FunctionName, Integer> serving = new TreeMap<>();

    NodePresence(NodeInfo info) {
        this.info = info;
    }

    NodeInfo info() {
        return info;
    }

    boolean isHere() {
        return here;
    }

    boolean isOurs() {
        return ours;
    }

    String server() {
        return server;
    }

    String relay() {
        return relay;
    }

    boolean isDraining() {
        return draining;
    }

    long revision() {
        return revision;
    }

    long clockSkewMs() {
        return clockSkewMs;
    }

    long lastSeenMs() {
        return lastSeenMs;
    }

    int connections() {
        return connections;
    }

    void connected(NodeFrame.Hello hello, String behind, long nowMs, long clockSkewMs) {
        tenants = hello.tenants();
        waves = hello.waves();
        placements = hello.placements();
        secrets = !hello.secretsKey().isEmpty();
        info = hello.node();
        revision = hello.resume().revision();
        this.clockSkewMs = clockSkewMs;
        relay = behind;
        here = true;
        ours = true;
        server = "";
        session = 0;
        connections++;
        draining = false;
        lastSeenMs = nowMs;
        staging.clear();
        serving.clear();
    }

    void disconnected(long nowMs) {
        here = false;
        lastSeenMs = nowMs;
    }

    /// The store gave the session of this connection its number.
    void numbered(int connection, long number) {
        if (connection == connections && ours) {
            session = number;
        }
    }

    /// How another server knows it, if that is newer than what is known here.
    ///
    /// @return whether it was
    boolean take(KnownNode known) {
        if (ours && (session == 0 || known.session() <= session)) {
            return false;
        }
        if (known.session() != session) {
            staging.clear();
            serving.clear();
        }
        info = known.info();
        revision = known.revision();
        lastSeenMs = known.lastSeenMs();
        draining = known.draining();
        clockSkewMs = known.clockSkewMs();
        server = known.server();
        relay = known.relay();
        session = known.session();
        here = false;
        ours = false;
        return true;
    }

    /// How far it is with a function, as another server knows it.
    void take(NodeFunction known) {
        if (!ours && known.session() == session) {
            var versions = new TreeMap<Integer, VersionOnNode>();
            known.versions().forEach(version -> versions.put(version.version(), version));
            staging.put(known.function(), versions);
            serving.put(known.function(), known.deployment());
        }
    }

    /// How the store shall know it.
    ///
    /// @param self this server's id
    KnownNode known(String self) {
        return new KnownNode(
                info,
                revision,
                lastSeenMs,
                here ? self : "",
                session,
                draining,
                clockSkewMs,
                relay,
                false);
    }

    /// How the store shall know how far it is with a function.
    NodeFunction known(FunctionName function) {
        var versions = staging.getOrDefault(function, Map.of()).values();
        return new NodeFunction(
                info.name(), session, function, serving(function), List.copyOf(versions));
    }

    void recorded(long revision) {
        this.revision = revision;
    }

    void drains() {
        draining = true;
    }

    void staged(NodeFrame.Staging frame) {
        staging.computeIfAbsent(frame.function(), _ -> new TreeMap<>())
                .put(
                        frame.version(),
                        new VersionOnNode(
                                frame.function(), frame.version(), frame.state(), frame.reason()));
    }

    /// A deployment takes effect there, none if it is 0. A node that knows of no waves serves what
    /// is deployed elsewhere: for all servers to know, its part of the wave counts as failed.
    ///
    /// @param state the function's present one
    void serves(FunctionState state, int deployment) {
        FunctionName function = state.name();
        if (deployment == 0) {
            forget(function);
            return;
        }
        Wave wave = state.deployment().wave();
        if (!waves
                && wave != null
                && wave.regions().contains(info.region())
                && deployment == state.deployment().id()) {
            String reason = "cress %s knows of no waves".formatted(info.build());
            int candidate = wave.shares().getFirst().version();
            staged(new NodeFrame.Staging(function, candidate, StagingState.FAILED, reason));
            return;
        }
        serving.put(function, deployment);
        if (!waves) {
            // It serves, so all that it was left out of is over.
            for (int version : state.deployment().live()) {
                staged(new NodeFrame.Staging(function, version, StagingState.STAGED, ""));
            }
        }
    }

    /// Whether it is of a build that knows whose functions are whose.
    boolean knowsTenants() {
        return tenants;
    }

    /// Whether it leaves alone what isn't placed in its region.
    boolean knowsPlacements() {
        return placements;
    }

    /// Whether it takes secrets.
    boolean knowsSecrets() {
        return secrets;
    }

    /// The deployment that takes effect there, 0 if none is known.
    int serving(FunctionName function) {
        return serving.getOrDefault(function, 0);
    }

    @Nullable VersionOnNode staging(FunctionName function, int version) {
        return staging.getOrDefault(function, Map.of()).get(version);
    }

    List<VersionOnNode> versions() {
        return staging.values().stream().flatMap(versions -> versions.values().stream()).toList();
    }

    /// Whether it should have this version.
    boolean has(FunctionState state, int version) {
        return state.version(version)
                .filter(v -> v.isIn(info.region()) && state.isIn(info.region()))
                .isPresent();
    }

    void retain(FunctionState state) {
        staging.getOrDefault(state.name(), Map.of())
                .keySet()
                .removeIf(number -> !has(state, number));
    }

    void retainOnly(Set<FunctionName> names) {
        staging.keySet().retainAll(names);
        serving.keySet().retainAll(names);
    }

    void forget(FunctionName function) {
        staging.remove(function);
        serving.remove(function);
    }
}

package dev.cress.control.sync;

import dev.cress.contract.Api.NodeStatus;
import dev.cress.contract.Api.VersionOnNode;
import dev.cress.contract.ControlFrame.Directory;
import dev.cress.contract.FunctionName;
import dev.cress.contract.FunctionState;
import dev.cress.contract.NodeFrame;
import dev.cress.contract.NodeInfo;
import dev.cress.control.store.KnownNode;

import org.jspecify.annotations.Nullable;

import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// Which nodes there are and what each said of itself. A node says anew how far it is with each
/// version when it connects, so what is known of it begins empty then. Confined to the event loop.
final class Presence {
    private final Map<String, Node> nodes = new TreeMap<>();
    private final InstantSource clock;

    Presence(InstantSource clock, List<KnownNode> known) {
        this.clock = clock;
        for (KnownNode node : known) {
            nodes.put(
                    node.info().name(), new Node(node.info(), node.revision(), node.lastSeenMs()));
        }
    }

    /// One node.
    static final class Node {
        private NodeInfo info;
        private long revision;
        private long lastSeenMs;
        private boolean connected;
        private boolean draining;
        private final Map<FunctionName, Map<Integer, VersionOnNode>> staging = new TreeMap<>();
        private final Map<FunctionName, Integer> serving = new TreeMap<>();

        private Node(NodeInfo info, long revision, long lastSeenMs) {
            this.info = info;
            this.revision = revision;
            this.lastSeenMs = lastSeenMs;
        }

        NodeInfo info() {
            return info;
        }

        boolean connected() {
            return connected;
        }

        boolean draining() {
            return draining;
        }

        KnownNode known() {
            return new KnownNode(info, revision, lastSeenMs);
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
                                    frame.function(),
                                    frame.version(),
                                    frame.state(),
                                    frame.reason()));
        }

        void serves(FunctionName function, int deployment) {
            serving.put(function, deployment);
        }

        /// The deployment that takes effect there, 0 if none is known.
        int serving(FunctionName function) {
            return serving.getOrDefault(function, 0);
        }

        @Nullable VersionOnNode staging(FunctionName function, int version) {
            return staging.getOrDefault(function, Map.of()).get(version);
        }
    }

    Node connected(NodeInfo info, long revision) {
        var node = nodes.computeIfAbsent(info.name(), _ -> new Node(info, 0, 0));
        node.info = info;
        node.revision = revision;
        node.connected = true;
        node.draining = false;
        node.lastSeenMs = clock.millis();
        node.staging.clear();
        node.serving.clear();
        return node;
    }

    void disconnected(Node node) {
        node.connected = false;
        node.lastSeenMs = clock.millis();
    }

    /// Forgets what nodes said of versions that this function no longer keeps.
    void retain(FunctionState state) {
        for (Node node : nodes.values()) {
            node.staging
                    .getOrDefault(state.name(), Map.of())
                    .keySet()
                    .removeIf(number -> state.version(number).isEmpty());
        }
    }

    void forget(FunctionName function) {
        for (Node node : nodes.values()) {
            node.staging.remove(function);
            node.serving.remove(function);
        }
    }

    /// Forgets what nodes said of all but these.
    void retainOnly(List<FunctionState> states) {
        Set<FunctionName> names =
                states.stream().map(FunctionState::name).collect(Collectors.toSet());
        for (Node node : nodes.values()) {
            node.staging.keySet().retainAll(names);
            node.serving.keySet().retainAll(names);
        }
        states.forEach(this::retain);
    }

    /// Forgets a node, and says whether it was known.
    boolean forget(String name) {
        return nodes.remove(name) != null;
    }

    @Nullable Node node(String name) {
        return nodes.get(name);
    }

    Collection<Node> nodes() {
        return nodes.values();
    }

    List<NodeStatus> list() {
        return nodes.values().stream()
                .map(
                        node ->
                                new NodeStatus(
                                        node.info,
                                        node.connected,
                                        node.draining,
                                        node.revision,
                                        node.connected ? clock.millis() : node.lastSeenMs,
                                        node.staging.values().stream()
                                                .flatMap(versions -> versions.values().stream())
                                                .toList()))
                .toList();
    }

    Directory directory() {
        return new Directory(
                nodes.values().stream()
                        .map(node -> new Directory.Entry(node.info, node.connected, node.draining))
                        .toList());
    }
}

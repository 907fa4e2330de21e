package dev.cress.control.sync;

import dev.cress.contract.Api.NodeStatus;
import dev.cress.contract.ControlFrame.Directory;
import dev.cress.contract.FunctionName;
import dev.cress.contract.FunctionState;
import dev.cress.contract.NodeFrame;
import dev.cress.contract.NodeInfo;
import dev.cress.control.store.FleetNews;
import dev.cress.control.store.KnownNode;
import dev.cress.control.store.NodeFunction;

import org.jspecify.annotations.Nullable;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// Which nodes there are and what each said of itself, here or on another server that shares the
/// store. A node says anew how far it is with each version when it connects, so what is known of it
/// begins empty then. Confined to the event loop.
final class Presence {
    private final Map<String, NodePresence> nodes = new TreeMap<>();
    private final InstantSource clock;

    /// The other servers that live.
    private Set<String> servers = Set.of();

    Presence(InstantSource clock, FleetNews known) {
        this.clock = clock;
        take(known);
    }

    /// @param relay behind which it is, empty for none
    NodePresence connected(NodeFrame.Hello hello, String relay) {
        NodeInfo info = hello.node();
        var node = nodes.computeIfAbsent(info.name(), _ -> new NodePresence(info));
        long nowMs = clock.millis();
        long clockSkewMs = hello.clockMs() == 0 ? 0 : hello.clockMs() - nowMs;
        node.connected(hello, relay, nowMs, clockSkewMs);
        return node;
    }

    void disconnected(NodePresence node) {
        node.disconnected(clock.millis());
    }

    /// Takes what other servers know of nodes.
    ///
    /// @return nodes that were connected here, and are now there
    final List<NodePresence> take(FleetNews news) {
        servers = news.servers();
        if (news.whole()) {
            Set<String> known =
                    news.nodes().stream()
                            .map(node -> node.info().name())
                            .collect(Collectors.toSet());
            nodes.values().removeIf(node -> !node.isHere() && !known.contains(node.info().name()));
        }
        List<NodePresence> left = new ArrayList<>();
        for (KnownNode known : news.nodes()) {
            var node =
                    nodes.computeIfAbsent(known.info().name(), _ -> new NodePresence(known.info()));
            boolean wasHere = node.isHere();
            if (node.take(known) && wasHere) {
                left.add(node);
            }
        }
        for (NodeFunction function : news.functions()) {
            var node = nodes.get(function.node());
            if (node != null) {
                node.take(function);
            }
        }
        return left;
    }

    /// Whether the node has a session, here or on another server that lives.
    boolean isConnected(NodePresence node) {
        return node.isHere() || servers.contains(node.server());
    }

    /// Nodes that have a session, here or on another server that lives.
    int connected() {
        return (int) nodes.values().stream().filter(this::isConnected).count();
    }

    /// Forgets what nodes said of versions that this function no longer keeps.
    void retain(FunctionState state) {
        nodes.values().forEach(node -> node.retain(state));
    }

    void forget(FunctionName function) {
        nodes.values().forEach(node -> node.forget(function));
    }

    /// Forgets what nodes said of all but these.
    void retainOnly(List<FunctionState> states) {
        Set<FunctionName> names =
                states.stream().map(FunctionState::name).collect(Collectors.toSet());
        nodes.values().forEach(node -> node.retainOnly(names));
        states.forEach(this::retain);
    }

    /// Forgets a node.
    void forget(String name) {
        nodes.remove(name);
    }

    @Nullable NodePresence node(String name) {
        return nodes.get(name);
    }

    Collection<NodePresence> nodes() {
        return nodes.values();
    }

    List<NodeStatus> list() {
        return nodes.values().stream()
                .map(
                        node ->
                                new NodeStatus(
                                        node.info(),
                                        isConnected(node),
                                        node.isDraining(),
                                        node.revision(),
                                        isConnected(node) ? clock.millis() : node.lastSeenMs(),
                                        node.clockSkewMs(),
                                        isConnected(node) ? node.relay() : "",
                                        node.versions()))
                .toList();
    }

    Directory directory() {
        return new Directory(
                nodes.values().stream()
                        .map(
                                node ->
                                        new Directory.Entry(
                                                node.info(), isConnected(node), node.isDraining()))
                        .toList());
    }
}

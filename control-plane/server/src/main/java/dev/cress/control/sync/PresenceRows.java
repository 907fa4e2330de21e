package dev.cress.control.sync;

import dev.cress.contract.FunctionName;
import dev.cress.control.store.NodeReport;
import dev.cress.control.store.Store;

import io.vertx.core.Vertx;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Has the store keep what nodes say of themselves on this server: who comes and goes, so that it
/// is missed by name, and, where other servers share the store, how far each is. What is said
/// within [#COALESCED] is written at once. Confined to the event loop.
final class PresenceRows {
    static final Duration COALESCED = Duration.ofMillis(100);

    /// After a write that failed.
    static final Duration RETRY_AFTER = Duration.ofSeconds(2);

    /// Nodes in one write.
    static final int NODES_MAX = 500;

    private static final Logger LOG = LoggerFactory.getLogger(PresenceRows.class);

    private final Vertx vertx;
    private final Store store;

    /// Nodes to write, and the functions of which they said something.
    private final Map<NodePresence, Set<FunctionName>> unwritten = new LinkedHashMap<>();

    private boolean scheduled;

    PresenceRows(Vertx vertx, Store store) {
        this.vertx = vertx;
        this.store = store;
    }

    /// The node came, or went.
    void moved(NodePresence node) {
        unwritten.computeIfAbsent(node, _ -> new LinkedHashSet<>());
        schedule(COALESCED);
    }

    /// The node said something of itself.
    void said(NodePresence node) {
        if (store.isShared()) {
            moved(node);
        }
    }

    /// The node said something of a function.
    void said(NodePresence node, FunctionName function) {
        if (store.isShared()) {
            unwritten.computeIfAbsent(node, _ -> new LinkedHashSet<>()).add(function);
            schedule(COALESCED);
        }
    }

    private void schedule(Duration after) {
        if (!scheduled) {
            scheduled = true;
            vertx.setTimer(after.toMillis(), _ -> write());
        }
    }

    /// One write at a time: nodes whose first write is under way have no number yet.
    private void write() {
        var written = new LinkedHashMap<NodePresence, Set<FunctionName>>();
        var connections = new LinkedHashMap<NodePresence, Integer>();
        List<NodeReport> reports = new ArrayList<>();
        for (var node : List.copyOf(unwritten.keySet())) {
            if (reports.size() == NODES_MAX) {
                break;
            }
            Set<FunctionName> functions = unwritten.remove(node);
            if (node.isOurs() && functions != null) {
                written.put(node, functions);
                connections.put(node, node.connections());
                reports.add(
                        new NodeReport(
                                node.known(store.server()),
                                functions.stream().map(node::known).toList()));
            }
        }
        if (reports.isEmpty()) {
            scheduled = false;
            return;
        }
        store.putNodes(reports)
                .onComplete(
                        sessions -> {
                            connections.forEach(
                                    (node, connection) ->
                                            node.numbered(
                                                    connection,
                                                    sessions.getOrDefault(node.info().name(), 0L)));
                            next(COALESCED);
                        },
                        e -> {
                            LOG.warn("can't remember {} nodes: {}", written.size(), e.getMessage());
                            written.forEach(
                                    (node, functions) ->
                                            unwritten
                                                    .computeIfAbsent(
                                                            node, _ -> new LinkedHashSet<>())
                                                    .addAll(functions));
                            next(RETRY_AFTER);
                        });
    }

    private void next(Duration after) {
        scheduled = false;
        if (!unwritten.isEmpty()) {
            schedule(after);
        }
    }

    /// Writes what has waited, for the last time.
    void close() {
        if (!unwritten.isEmpty()) {
            write();
        }
    }
}

package dev.cress.control.store;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

import dev.cress.contract.Api.VersionOnNode;
import dev.cress.contract.FunctionName;
import dev.cress.contract.Json;
import dev.cress.contract.NodeInfo;

import java.util.List;
import java.util.Objects;

/// Nodes that have been connected, so that an absent one is missed by name, and what they said of
/// themselves. Side tables, never part of the log. Lives as long as one transaction.
final class KnownNodes {
    private final Transaction transaction;
    private final Heads heads;

    KnownNodes(Transaction transaction, Heads heads) {
        this.transaction = transaction;
        this.heads = heads;
    }

    /// A column of versions.
    private record Versions(@JsonValue List<VersionOnNode> list) {
        @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
        Versions {
            list = List.copyOf(list);
        }
    }

    /// Those that changed after this count, 0 for all.
    List<KnownNode> changed(long after) {
        return transaction.list(
                """
                SELECT n.info, n.revision, n.last_seen_ms, n.server, n.session, n.draining,
                  n.clock_skew_ms, r.relay, CASE WHEN n.drain_asked = n.session THEN 1 ELSE 0 END
                FROM node n LEFT JOIN node_relay r
                  ON r.node = n.name AND r.session = n.session AND r.server = n.server
                WHERE n.changed > ? OR ? = 0 ORDER BY n.name\
                """,
                row ->
                        new KnownNode(
                                Json.read(row.getString(1), NodeInfo.class),
                                row.getLong(2),
                                row.getLong(3),
                                row.getString(4),
                                row.getLong(5),
                                row.getInt(6) != 0,
                                row.getLong(7),
                                Objects.requireNonNullElse(row.getString(8), ""),
                                row.getInt(9) != 0),
                after,
                after);
    }

    /// What those say of functions that changed after this count, 0 for all.
    List<NodeFunction> functions(long after) {
        return transaction.list(
                """
                SELECT node, session, function, deployment, versions FROM node_function
                WHERE changed > ? ORDER BY node, function\
                """,
                row ->
                        new NodeFunction(
                                row.getString(1),
                                row.getLong(2),
                                new FunctionName(row.getString(3)),
                                row.getInt(4),
                                Json.read(row.getString(5), Versions.class).list()),
                after);
    }

    /// Stores how a node is. One without a session's number begins a session, which ends what
    /// others may say of it; else nothing is stored if there was another session since.
    ///
    /// @return the number of its session
    long put(KnownNode node, List<NodeFunction> functions, long change) {
        long session = node.session() == 0 ? begin(node, change) : node.session();
        int current = node.session() == 0 ? 1 : update(node, change);
        if (current > 0) {
            functions.forEach(function -> put(function, session, change));
        }
        return session;
    }

    private long begin(KnownNode node, long change) {
        String name = node.info().name();
        transaction.update(
                """
                INSERT INTO node
                  (name, info, revision, last_seen_ms, server, session, draining, clock_skew_ms,
                   changed)
                VALUES (?, ?, ?, %s, ?, 1, ?, ?, ?)
                ON CONFLICT (name) DO UPDATE SET info = excluded.info,
                  revision = excluded.revision, last_seen_ms = excluded.last_seen_ms,
                  server = excluded.server, session = node.session + 1,
                  draining = excluded.draining, clock_skew_ms = excluded.clock_skew_ms,
                  changed = excluded.changed\
                """
                        .formatted(transaction.dialect().nowMs()),
                name,
                Json.write(node.info()),
                node.revision(),
                node.server(),
                node.draining() ? 1 : 0,
                node.clockSkewMs(),
                change);
        transaction.update("DELETE FROM node_function WHERE node = ?", name);
        long session = transaction.count("SELECT session FROM node WHERE name = ?", name);
        if (!node.relay().isEmpty()) {
            putRelay(node, session);
        }
        return session;
    }

    /// The row of an earlier session may stay, and does where a build has the node that knows no
    /// such rows: it counts for that one session on that one server.
    private void putRelay(KnownNode node, long session) {
        transaction.update(
                """
                INSERT INTO node_relay (node, server, session, relay) VALUES (?, ?, ?, ?)
                ON CONFLICT (node) DO UPDATE SET server = excluded.server,
                  session = excluded.session, relay = excluded.relay\
                """,
                node.info().name(),
                node.server(),
                session,
                node.relay());
    }

    private int update(KnownNode node, long change) {
        return transaction.update(
                """
                UPDATE node SET revision = ?, last_seen_ms = %s, server = ?, draining = ?,
                  changed = ? WHERE name = ? AND session = ?\
                """
                        .formatted(transaction.dialect().nowMs()),
                node.revision(),
                node.server(),
                node.draining() ? 1 : 0,
                change,
                node.info().name(),
                node.session());
    }

    /// Of a function that is gone nothing is kept.
    private void put(NodeFunction function, long session, long change) {
        transaction.update(
                """
                INSERT INTO node_function (node, function, session, deployment, versions, changed)
                SELECT ?, name, ?, ?, ?, ? FROM function WHERE name = ? AND live = 1
                ON CONFLICT (node, function) DO UPDATE SET session = excluded.session,
                  deployment = excluded.deployment, versions = excluded.versions,
                  changed = excluded.changed\
                """,
                function.node(),
                session,
                function.deployment(),
                Json.write(new Versions(function.versions())),
                change,
                function.function().value());
    }

    /// Has whoever has the node's present session hear that it shall drain.
    void askToDrain(String name) {
        transaction.update(
                "UPDATE node SET drain_asked = session, changed = ? WHERE name = ?",
                heads.advance(Heads.Side.NODES),
                name);
    }

    /// Others learn of it by the count of those that were forgotten.
    void delete(String name) {
        heads.advance(Heads.Side.FORGOTTEN);
        transaction.update("DELETE FROM node_function WHERE node = ?", name);
        transaction.update("DELETE FROM node_relay WHERE node = ?", name);
        transaction.update("DELETE FROM secret_held WHERE node = ?", name);
        transaction.update("DELETE FROM node WHERE name = ?", name);
    }
}

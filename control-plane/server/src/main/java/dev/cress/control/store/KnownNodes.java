package dev.cress.control.store;

import dev.cress.contract.Json;
import dev.cress.contract.NodeInfo;

import java.util.List;

/// Nodes that have been connected, so that an absent one is missed by name. A side table, never
/// part of the log. Lives as long as one transaction.
final class KnownNodes {
    private final Transaction transaction;

    KnownNodes(Transaction transaction) {
        this.transaction = transaction;
    }

    List<KnownNode> list() {
        return transaction.list(
                "SELECT info, revision, last_seen_ms FROM node ORDER BY name",
                row ->
                        new KnownNode(
                                Json.read(row.getString(1), NodeInfo.class),
                                row.getLong(2),
                                row.getLong(3)));
    }

    void put(KnownNode node) {
        transaction.update(
                """
                INSERT INTO node (name, info, revision, last_seen_ms) VALUES (?, ?, ?, ?)
                ON CONFLICT (name) DO UPDATE SET info = excluded.info,
                  revision = excluded.revision, last_seen_ms = excluded.last_seen_ms\
                """,
                node.info().name(),
                Json.write(node.info()),
                node.revision(),
                node.lastSeenMs());
    }

    void delete(String name) {
        transaction.update("DELETE FROM node WHERE name = ?", name);
    }
}

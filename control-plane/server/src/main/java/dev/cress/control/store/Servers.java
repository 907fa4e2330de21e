package dev.cress.control.store;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/// The servers that share the store, each seen when it last said so, on the database's clock. Lives
/// as long as one transaction.
final class Servers {
    /// How often a server says that it lives, at most.
    static final Duration BEAT_EVERY = Duration.ofSeconds(1);

    /// A server that was silent for this long is gone, and its nodes' sessions with it.
    static final Duration SILENT_MAX = Duration.ofSeconds(10);

    /// Rows of servers that are gone are kept no longer.
    private static final Duration KEPT = Duration.ofMinutes(10);

    private final Transaction transaction;

    Servers(Transaction transaction) {
        this.transaction = transaction;
    }

    /// This server lives, and has so many routers.
    void beat(String id, int routers) {
        String now = transaction.dialect().nowMs();
        transaction.update(
                """
                INSERT INTO server (id, seen_ms, routers, knows) VALUES (?, %s, ?, ?)
                ON CONFLICT (id) DO UPDATE SET seen_ms = excluded.seen_ms,
                  routers = excluded.routers\
                """
                        .formatted(now),
                id,
                routers,
                Steps.KNOWN);
        transaction.update(
                "DELETE FROM server WHERE seen_ms < %s - ?".formatted(now), KEPT.toMillis());
    }

    /// Those that live and don't know this step of the schema.
    long livingBefore(int step) {
        return transaction.count(
                "SELECT count(*) FROM server WHERE seen_ms > %s - ? AND knows < ?"
                        .formatted(transaction.dialect().nowMs()),
                SILENT_MAX.toMillis(),
                step);
    }

    /// This server goes.
    void leave(String id) {
        transaction.update("DELETE FROM server WHERE id = ?", id);
    }

    /// The ids of those that live, and how many routers each has.
    Map<String, Integer> living() {
        record Seen(String id, int routers) {}
        var living = new HashMap<String, Integer>();
        transaction
                .list(
                        "SELECT id, routers FROM server WHERE seen_ms > %s - ?"
                                .formatted(transaction.dialect().nowMs()),
                        row -> new Seen(row.getString(1), row.getInt(2)),
                        SILENT_MAX.toMillis())
                .forEach(server -> living.put(server.id(), server.routers()));
        return living;
    }
}

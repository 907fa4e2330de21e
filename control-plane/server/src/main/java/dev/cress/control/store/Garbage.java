package dev.cress.control.store;

import dev.cress.contract.Sha256;
import dev.cress.control.store.Blobs.Kind;
import dev.cress.control.store.Blobs.Stored;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// Uploaded bytes that nothing needs, taken out some at a time. A tenant's module or archive is
/// needed by versions that are retained or young, and while somebody sent it lately; the bytes are
/// needed as long as any tenant has them. Lives as long as one transaction.
///
/// ```text
///   holding ──nothing needs it──▶ gone       (the tenant's quota has room again)
///   module  ──no holding left──▶ GOING ──pieces go──▶ GONE ──no version names it──▶ gone
///                                  └── uploaded again: WHOLE
/// ```
///
/// Two who could meet are told apart so: a version is made and deployed behind the log's lock, and
/// so do holdings go; an upload and a collector both lock the row of the bytes before they look.
final class Garbage {
    /// Rows that are looked at in one transaction.
    static final int ROWS = 200;

    /// Pieces that are taken out in one transaction, 1 MiB each.
    static final int CHUNKS = 16;

    private final Transaction transaction;
    private final RevisionLog log;

    Garbage(Transaction transaction, RevisionLog log) {
        this.transaction = transaction;
        this.log = log;
    }

    /// Where a list of rows goes on.
    record Place(String tenant, String kind, String sha256) {
        static final Place FIRST = new Place("", "", "");
    }

    /// Looks at the next holdings, and takes out those that nothing needs.
    ///
    /// @param kept how long what is young stays
    /// @return where to go on, or nothing after the last
    Optional<Place> holdings(Place after, Duration kept) {
        log.lock();
        List<Place> rows =
                transaction.list(
                        """
                        SELECT tenant, kind, sha256 FROM holding
                        WHERE (tenant, kind, sha256) > (?, ?, ?)
                        ORDER BY tenant, kind, sha256 LIMIT ?\
                        """,
                        row -> new Place(row.getString(1), row.getString(2), row.getString(3)),
                        after.tenant,
                        after.kind,
                        after.sha256,
                        ROWS);
        if (rows.isEmpty()) {
            return Optional.empty();
        }
        Place last = rows.getLast();
        String young = transaction.dialect().nowMs() + " - ?";
        transaction.update(
                """
                DELETE FROM holding
                WHERE (tenant, kind, sha256) > (?, ?, ?) AND (tenant, kind, sha256) <= (?, ?, ?)
                  AND asked_at_ms <= %s AND NOT EXISTS (
                    SELECT 1 FROM version_blob b
                      JOIN function f ON f.name = b.function
                      JOIN version v ON v.function = b.function AND v.number = b.number
                    WHERE b.kind = holding.kind AND b.sha256 = holding.sha256
                      AND f.tenant = holding.tenant
                      AND (b.retained = 1 OR v.created_at_ms > %s))\
                """
                        .formatted(young, young),
                after.tenant,
                after.kind,
                after.sha256,
                last.tenant,
                last.kind,
                last.sha256,
                kept.toMillis(),
                kept.toMillis());
        return rows.size() < ROWS ? Optional.empty() : Optional.of(last);
    }

    /// Looks at the next manifests that were pushed, and takes those out whose own bytes went, with
    /// their tags.
    ///
    /// @return where to go on, or nothing after the last
    Optional<Manifest> pushed(Manifest after) {
        log.lock();
        List<Manifest> rows =
                transaction.list(
                        """
                        SELECT function, sha256 FROM pushed WHERE (function, sha256) > (?, ?)
                        ORDER BY function, sha256 LIMIT ?\
                        """,
                        row -> new Manifest(row.getString(1), row.getString(2)),
                        after.function,
                        after.sha256,
                        ROWS);
        if (rows.isEmpty()) {
            return Optional.empty();
        }
        Manifest last = rows.getLast();
        for (String table : List.of("tag", "pushed")) {
            transaction.update(
                    """
                    DELETE FROM %s WHERE (function, sha256) > (?, ?) AND (function, sha256) <= (?, ?)
                      AND NOT EXISTS (SELECT 1 FROM holding h JOIN function f ON f.tenant = h.tenant
                        WHERE f.name = %s.function AND h.kind = 'blob'
                          AND h.sha256 = %s.sha256)\
                    """
                            .formatted(table, table, table),
                    after.function,
                    after.sha256,
                    last.function,
                    last.sha256);
        }
        return rows.size() < ROWS ? Optional.empty() : Optional.of(last);
    }

    /// Where the list of manifests goes on.
    record Manifest(String function, String sha256) {
        static final Manifest FIRST = new Manifest("", "");
    }

    /// What a look at rows of bytes found.
    ///
    /// @param next where to go on, or nothing after the last
    /// @param count of those that go from now on
    /// @param bytes of these
    record Found(Optional<String> next, int count, long bytes) {}

    /// Looks at the next modules, archives or blobs, and marks those that nobody has.
    Found unheld(Kind kind, String after) {
        List<String> rows =
                transaction.list(
                        "SELECT sha256 FROM %s WHERE sha256 > ? ORDER BY sha256 LIMIT ?"
                                .formatted(kind.table()),
                        row -> row.getString(1),
                        after,
                        ROWS);
        if (rows.isEmpty()) {
            return new Found(Optional.empty(), 0, 0);
        }
        String last = rows.getLast();
        forget(kind, after, last);
        int count = 0;
        long bytes = 0;
        for (Row row : lockUnheld(kind, after, last)) {
            // Whoever held the row's lock may have uploaded it: only now that is to be seen.
            int marked =
                    transaction.update(
                            "UPDATE %s SET stored = %d WHERE sha256 = ? AND stored = %d AND %s"
                                    .formatted(
                                            kind.table(), Stored.GOING, Stored.WHOLE, unheld(kind)),
                            row.sha256);
            count += marked;
            bytes += marked * row.bytes;
        }
        return new Found(rows.size() < ROWS ? Optional.empty() : Optional.of(last), count, bytes);
    }

    private record Row(String sha256, long bytes) {}

    private List<Row> lockUnheld(Kind kind, String after, String last) {
        return transaction.list(
                """
                SELECT sha256, bytes FROM %s
                WHERE sha256 > ? AND sha256 <= ? AND stored = %d AND %s
                ORDER BY sha256%s\
                """
                        .formatted(
                                kind.table(),
                                Stored.WHOLE,
                                unheld(kind),
                                transaction.dialect().forUpdate()),
                row -> new Row(row.getString(1), row.getLong(2)),
                after,
                last);
    }

    private static String unheld(Kind kind) {
        return "NOT EXISTS (SELECT 1 FROM holding h WHERE h.kind = '%s' AND h.sha256 = %s.sha256)"
                .formatted(kind.table(), kind.table());
    }

    /// Takes out the rows of what has gone when no version names it any more.
    private void forget(Kind kind, String after, String last) {
        transaction.update(
                "DELETE FROM %s WHERE sha256 > ? AND sha256 <= ? AND stored = %d AND %s"
                        .formatted(kind.table(), Stored.GONE, unnamed(kind)),
                after,
                last);
    }

    private static String unnamed(Kind kind) {
        return """
        NOT EXISTS (SELECT 1 FROM version_blob b
          WHERE b.kind = '%s' AND b.sha256 = %s.sha256)\
        """
                .formatted(kind.table(), kind.table());
    }

    /// Takes out some pieces of what is going.
    ///
    /// @return whether there may be more
    boolean chunks(Kind kind) {
        var going =
                transaction.first(
                        "SELECT sha256 FROM %s WHERE stored = %d ORDER BY sha256 LIMIT 1%s"
                                .formatted(
                                        kind.table(),
                                        Stored.GOING,
                                        transaction.dialect().forUpdate()),
                        row -> new Sha256(row.getString(1)));
        if (going.isEmpty()) {
            return false;
        }
        Sha256 sha256 = going.get();
        if (new Chunks(transaction, kind.chunks()).delete(sha256, CHUNKS) < CHUNKS) {
            transaction.update(
                    "UPDATE %s SET stored = %d WHERE sha256 = ?"
                            .formatted(kind.table(), Stored.GONE),
                    sha256.hex());
            transaction.update(
                    "DELETE FROM %s WHERE sha256 = ? AND %s".formatted(kind.table(), unnamed(kind)),
                    sha256.hex());
        }
        return true;
    }
}

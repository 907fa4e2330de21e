package dev.cress.control.store;

import dev.cress.contract.Json;
import dev.cress.contract.Position;
import dev.cress.contract.Sha256;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// The gapless, ordered log of everything that nodes must hear of. A revision's hash is the SHA-256
/// of the hash before it and of its change's JSON as stored, so two logs that agree on one hash
/// agree on everything before it. The first revision follows the hash of the epoch.
///
/// Called inside a transaction: its write lock is what keeps numbers gapless.
final class RevisionLog {
    private final Database database;
    private final String epoch;

    RevisionLog(Database database, String epoch) {
        this.database = database;
        this.epoch = epoch;
    }

    Position head() {
        return database.first(
                        "SELECT number, hash FROM revision ORDER BY number DESC LIMIT 1",
                        row -> new Position(epoch, row.getLong(1), row.getString(2)))
                .orElseGet(() -> new Position(epoch, 0, origin()));
    }

    Revision append(Change change, long nowMs) {
        Position head = head();
        String json = Json.write(change);
        String hash = hash(head.hash(), json);
        long number = head.revision() + 1;
        database.update(
                "INSERT INTO revision (number, hash, previous, at_ms, change) VALUES (?, ?, ?, ?,"
                        + " ?)",
                number,
                hash,
                head.hash(),
                nowMs,
                json);
        return new Revision(head.hash(), new Position(epoch, number, hash), change);
    }

    /// The newest revisions in their order, each checked against the one before.
    List<Revision> newest(int count) {
        record Stored(long number, String hash, String previous, String change) {}
        var rows =
                database.list(
                                """
                                SELECT number, hash, previous, change FROM revision
                                ORDER BY number DESC LIMIT ?\
                                """,
                                row ->
                                        new Stored(
                                                row.getLong(1),
                                                row.getString(2),
                                                row.getString(3),
                                                row.getString(4)),
                                count)
                        .reversed();
        var revisions = new ArrayList<Revision>();
        for (Stored row : rows) {
            boolean follows =
                    revisions.isEmpty()
                            || (revisions.getLast().position().hash().equals(row.previous)
                                    && revisions.getLast().position().revision() + 1 == row.number);
            if (!follows || !hash(row.previous, row.change).equals(row.hash)) {
                throw new StoreException(
                        StoreException.Kind.UNUSABLE,
                        "revision %d of the log does not follow the one before: the store was altered"
                                .formatted(row.number));
            }
            revisions.add(
                    new Revision(
                            row.previous,
                            new Position(epoch, row.number, row.hash),
                            Json.read(row.change, Change.class)));
        }
        return revisions;
    }

    private String origin() {
        return Sha256.of(epoch.getBytes(StandardCharsets.UTF_8)).hex();
    }

    private static String hash(String previous, String change) {
        var digest = Sha256.digest();
        digest.update(previous.getBytes(StandardCharsets.UTF_8));
        digest.update(change.getBytes(StandardCharsets.UTF_8));
        return Sha256.ofDigest(digest.digest()).hex();
    }
}

package dev.cress.control.store;

import dev.cress.contract.Json;
import dev.cress.contract.Position;
import dev.cress.contract.Sha256;

import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The gapless, ordered log of everything that nodes must hear of. A revision's hash is the SHA-256
/// of the hash before it and of its change's JSON as stored, so two logs that agree on one hash
/// agree on everything before it. The first revision follows the hash of the epoch.
///
/// Lives as long as one transaction. One that changes anything locks the log's head before it looks
/// at anything: what it then checks is true until it commits, and numbers are gapless. Locked last,
/// PostgreSQL lets two checks pass that exclude each other.
final class RevisionLog {
    /// Revisions that somebody may be behind and still follow one by one.
    static final int FOLLOWED_MAX = 1_000;

    /// Revisions that are read at once: each may hold all that a function's manifests say.
    private static final int READ_MAX = 64;

    private final Transaction transaction;

    RevisionLog(Transaction transaction) {
        this.transaction = transaction;
    }

    private record Stored(long number, String hash, String previous, String change) {}

    /// Gives a new store's log its beginning.
    void ensureHead(String epoch) {
        transaction.update(
                "INSERT INTO head (name, number, hash) VALUES ('log', 0, ?)"
                        + " ON CONFLICT (name) DO NOTHING",
                Sha256.of(epoch.getBytes(StandardCharsets.UTF_8)).hex());
    }

    /// Where the log ends; nobody else moves it until this transaction ends.
    Position lock() {
        transaction.first(
                "SELECT number FROM head WHERE name = 'log'" + transaction.dialect().forUpdate(),
                row -> row.getLong(1));
        return head();
    }

    Position head() {
        return transaction
                .first(
                        """
                        SELECT s.value, h.number, h.hash FROM head h, setting s
                        WHERE h.name = 'log' AND s.name = 'epoch'\
                        """,
                        row -> new Position(row.getString(1), row.getLong(2), row.getString(3)))
                .orElseThrow();
    }

    Revision append(Change change, long nowMs) {
        Position head = head();
        String json = Json.write(change);
        String hash = hash(head.hash(), json);
        long number = head.revision() + 1;
        transaction.update(
                "INSERT INTO revision (number, hash, previous, at_ms, change) VALUES (?, ?, ?, ?,"
                        + " ?)",
                number,
                hash,
                head.hash(),
                nowMs,
                json);
        transaction.update("UPDATE head SET number = ?, hash = ? WHERE name = 'log'", number, hash);
        return new Revision(head.hash(), new Position(head.epoch(), number, hash), change);
    }

    /// The newest revisions in their order, each checked against the one before.
    List<Passed> newest(int count) {
        Position head = head();
        var newest = new ArrayList<Passed>();
        String next = head.hash();
        long number = head.revision();
        while (newest.size() < count) {
            List<Stored> rows = downFrom(number, Math.min(READ_MAX, count - newest.size()));
            for (Stored row : rows) {
                if (row.number != number || !row.hash.equals(next) || !isWhole(row)) {
                    throw altered(row.number);
                }
                newest.add(Passed.of(revision(head.epoch(), row)));
                next = row.previous;
                number--;
            }
            if (rows.isEmpty()) {
                break;
            }
        }
        return newest.reversed();
    }

    private List<Stored> downFrom(long number, int count) {
        return transaction.list(
                """
                SELECT number, hash, previous, change FROM revision
                WHERE number <= ? ORDER BY number DESC LIMIT ?\
                """,
                RevisionLog::read,
                number,
                count);
    }

    /// The revisions after this place in their order, if what stands there is still part of this
    /// log and all after it is there, at most [#FOLLOWED_MAX].
    Optional<List<Revision>> after(Position known) {
        Position head = head();
        if (!head.epoch().equals(known.epoch())) {
            return Optional.empty();
        }
        List<Stored> rows = following(known);
        Position last =
                rows.isEmpty()
                        ? known
                        : new Position(head.epoch(), rows.getLast().number, rows.getLast().hash);
        return last.equals(head) && firstBroken(known, rows) == 0
                ? Optional.of(rows.stream().map(row -> revision(head.epoch(), row)).toList())
                : Optional.empty();
    }

    /// Follows the whole log and says how many revisions it has, or that it was altered.
    long check() {
        Position head = head();
        Position at =
                transaction
                        .first(
                                """
                                SELECT number, previous FROM revision ORDER BY number LIMIT 1\
                                """,
                                row ->
                                        new Position(
                                                head.epoch(), row.getLong(1) - 1, row.getString(2)))
                        .orElse(head);
        long first = at.revision();
        while (at.revision() < head.revision()) {
            List<Stored> next = following(at);
            long broken = firstBroken(at, next);
            if (broken > 0 || next.isEmpty()) {
                throw altered(Math.max(broken, at.revision() + 1));
            }
            at = new Position(head.epoch(), next.getLast().number, next.getLast().hash);
        }
        if (!at.equals(head)) {
            throw altered(at.revision());
        }
        return head.revision() - first;
    }

    private static StoreException altered(long number) {
        return new StoreException(
                StoreException.Kind.UNUSABLE,
                "revision %d of the log does not follow the one before: the store was altered"
                        .formatted(number));
    }

    private List<Stored> following(Position at) {
        return transaction.list(
                """
                SELECT number, hash, previous, change FROM revision
                WHERE number > ? ORDER BY number LIMIT ?\
                """,
                RevisionLog::read,
                at.revision(),
                FOLLOWED_MAX);
    }

    /// The number of the first of these that doesn't follow, 0 if all do.
    private static long firstBroken(Position at, List<Stored> rows) {
        String hash = at.hash();
        long number = at.revision();
        for (Stored row : rows) {
            number++;
            if (row.number != number || !row.previous.equals(hash) || !isWhole(row)) {
                return number;
            }
            hash = row.hash;
        }
        return 0;
    }

    /// Takes the oldest revisions out, so many at most, if they are older than this on the
    /// database's clock. The newest stay, whatever their age: nodes that come back need them.
    ///
    /// @return how many went
    int trim(Duration kept, int most) {
        long last =
                transaction.count(
                        """
                        SELECT max(number) FROM (
                          SELECT number FROM revision WHERE at_ms < %s - ? AND number <= ?
                          ORDER BY number LIMIT ?) oldest\
                        """
                                .formatted(transaction.dialect().nowMs()),
                        kept.toMillis(),
                        head().revision() - Image.REVISIONS_MAX,
                        most);
        return transaction.update("DELETE FROM revision WHERE number <= ?", last);
    }

    private static Stored read(ResultSet row) throws SQLException {
        return new Stored(row.getLong(1), row.getString(2), row.getString(3), row.getString(4));
    }

    private static boolean isWhole(Stored row) {
        return hash(row.previous, row.change).equals(row.hash);
    }

    private static Revision revision(String epoch, Stored row) {
        return new Revision(
                row.previous,
                new Position(epoch, row.number, row.hash),
                Json.read(row.change, Change.class));
    }

    private static String hash(String previous, String change) {
        var digest = Sha256.digest();
        digest.update(previous.getBytes(StandardCharsets.UTF_8));
        digest.update(change.getBytes(StandardCharsets.UTF_8));
        return Sha256.ofDigest(digest.digest()).hex();
    }
}

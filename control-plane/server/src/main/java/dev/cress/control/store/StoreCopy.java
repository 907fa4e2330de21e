package dev.cress.control.store;

import dev.cress.contract.Position;
import dev.cress.contract.Sha256;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/// Copies a store from one place to another, with its log as it is. A copy is one state of
/// everything, read while servers may go on, and one transaction, checked before it commits: the
/// log's hashes from end to end, every blob's digest. One that fails leaves nothing and may be
/// started again.
public final class StoreCopy {
    /// In an order in which every row finds what it refers to.
    static final List<String> TABLES =
            List.of(
                    "setting",
                    "head",
                    "revision",
                    "module",
                    "module_chunk",
                    "bundle",
                    "bundle_chunk",
                    "blob",
                    "blob_chunk",
                    "tenant",
                    "holding",
                    "secret",
                    "secret_held",
                    "function",
                    "version",
                    "version_blob",
                    "pushed",
                    "tag",
                    "deployment",
                    "rollout",
                    "outcome",
                    "route",
                    "token",
                    "join_token",
                    "member",
                    "answer",
                    "audit",
                    "node",
                    "node_function");

    /// What is of the place, or of the servers that are there, and isn't copied.
    static final List<String> OF_THE_PLACE =
            List.of("lease", "server", "node_relay", "schema_version", Migration.TABLE);

    private static final String EPOCH = "epoch";
    private static final String MOVED_TO = "moved_to";

    private StoreCopy() {}

    /// What is in the new place.
    ///
    /// @param revisions that the log has there
    /// @param blobs modules, archives of files and what else was pushed
    public record Copied(Position position, long revisions, long blobs) {}

    /// Copies a store that no server uses, then has the old one refuse to be opened: nodes that
    /// follow its log notice nothing but another address. The new place must be empty, or hold
    /// this very store: then the old one is only marked. Blocks.
    public static Copied move(StoreLocation from, StoreLocation to) {
        try (var source = Database.open(Dialect.of(from));
                var target = Database.open(Dialect.of(to))) {
            Position head = source.read(old -> new RevisionLog(old).head());
            Copied copied =
                    target.write(
                            fresh -> {
                                if (!holds(fresh, head)) {
                                    requireEmpty(fresh);
                                    fill(fresh, source);
                                }
                                return check(fresh);
                            });
            source.write(old -> put(old, MOVED_TO, target.dialect().name()));
            return copied;
        }
    }

    /// Copies a store to a file that is empty, while servers go on. Blocks.
    public static Copied backup(StoreLocation from, StoreLocation.InFile to) {
        try (var source = Database.openAsIs(Dialect.of(from));
                var target = Database.open(Dialect.of(to))) {
            return backup(source, target);
        }
    }

    static Copied backup(Database source, Database target) {
        return target.write(
                fresh -> {
                    fill(fresh, source);
                    return check(fresh);
                });
    }

    /// Copies a backup to a place that is empty. The log goes on under another epoch: what nodes
    /// have seen of it since the backup never was, so each takes a snapshot. Blocks.
    public static Copied restore(StoreLocation.InFile from, StoreLocation to) {
        try (var source = Database.openAsIs(Dialect.of(from));
                var target = Database.open(Dialect.of(to))) {
            return target.write(
                    fresh -> {
                        requireEmpty(fresh);
                        fill(fresh, source);
                        put(fresh, EPOCH, Settings.newEpoch());
                        return check(fresh);
                    });
        }
    }

    /// A store that was moved is only a memory.
    static void requireNotMoved(Transaction transaction) {
        setting(transaction, MOVED_TO)
                .ifPresent(
                        to -> {
                            throw new StoreException(
                                    StoreException.Kind.UNUSABLE,
                                    "%s was moved to %s: name that with --store"
                                            .formatted(transaction.dialect().name(), to));
                        });
    }

    private static Optional<String> setting(Transaction transaction, String name) {
        return transaction.first(
                "SELECT value FROM setting WHERE name = ?", row -> row.getString(1), name);
    }

    private static int put(Transaction transaction, String name, String value) {
        return transaction.update(
                """
                INSERT INTO setting (name, value) VALUES (?, ?)
                ON CONFLICT (name) DO UPDATE SET value = excluded.value\
                """,
                name,
                value);
    }

    private static boolean holds(Transaction fresh, Position head) {
        return setting(fresh, EPOCH).isPresent() && new RevisionLog(fresh).head().equals(head);
    }

    private static void requireEmpty(Transaction fresh) {
        if (setting(fresh, EPOCH).isPresent()) {
            Position there = new RevisionLog(fresh).head();
            throw unusable(
                    "%s is not empty: it has a log of epoch %s up to revision %d"
                            .formatted(fresh.dialect().name(), there.epoch(), there.revision()));
        }
    }

    /// What a newer build added would be lost on the way.
    private static void requireKnown(Database source) {
        if (!source.unknownSteps().isEmpty()) {
            throw unusable(
                    "%s has %s, which this cress would leave out: use the newest cress that is here"
                            .formatted(
                                    source.dialect().name(),
                                    String.join(", ", source.unknownSteps())));
        }
    }

    private static void fill(Transaction fresh, Database source) {
        requireKnown(source);
        source.read(
                old -> {
                    // A store of an earlier build hasn't all of them.
                    List<String> tables =
                            TABLES.stream()
                                    .filter(table -> old.dialect().hasTable(old, table))
                                    .toList();
                    // What an attempt left that broke off.
                    tables.reversed().forEach(table -> fresh.update("DELETE FROM " + table));
                    tables.forEach(table -> copy(old, fresh, table));
                    return fresh.update("DELETE FROM setting WHERE name = ?", MOVED_TO);
                });
    }

    private static void copy(Transaction old, Transaction fresh, String table) {
        old.each("SELECT * FROM " + table, row -> fresh.update(insert(table, row), values(row)));
        String count = "SELECT count(*) FROM " + table;
        if (old.count(count) != fresh.count(count)) {
            throw unusable("table %s has lost rows on its way".formatted(table));
        }
    }

    private static String insert(String table, ResultSet row) throws SQLException {
        var columns = new ArrayList<String>();
        for (int i = 1; i <= row.getMetaData().getColumnCount(); i++) {
            columns.add(row.getMetaData().getColumnName(i));
        }
        return "INSERT INTO %s (%s) VALUES (%s)"
                .formatted(
                        table,
                        String.join(", ", columns),
                        String.join(", ", Collections.nCopies(columns.size(), "?")));
    }

    private static Object[] values(ResultSet row) throws SQLException {
        var values = new Object[row.getMetaData().getColumnCount()];
        for (int i = 0; i < values.length; i++) {
            values[i] = row.getObject(i + 1);
        }
        return values;
    }

    private static Copied check(Transaction fresh) {
        if (setting(fresh, EPOCH).isEmpty()) {
            throw unusable("there is no store to copy");
        }
        var log = new RevisionLog(fresh);
        long revisions = log.check();
        long blobs = 0;
        for (var kind : Blobs.Kind.values()) {
            blobs += checkBlobs(fresh, kind.table());
        }
        return new Copied(log.head(), revisions, blobs);
    }

    private static long checkBlobs(Transaction fresh, String table) {
        var chunks = new Chunks(fresh, table + "_chunk");
        List<String> all =
                fresh.list(
                        "SELECT sha256 FROM " + table + " WHERE stored = 1",
                        row -> row.getString(1));
        for (String hex : all) {
            var sha256 = new Sha256(hex);
            var digest = Sha256.digest();
            int position = 0;
            for (var chunk = chunks.find(sha256, position);
                    chunk.isPresent();
                    chunk = chunks.find(sha256, ++position)) {
                digest.update(chunk.get());
            }
            if (!Sha256.ofDigest(digest.digest()).equals(sha256)) {
                throw unusable("%s %s is not what its digest says".formatted(table, hex));
            }
        }
        return all.size();
    }

    private static StoreException unusable(String why) {
        return new StoreException(StoreException.Kind.UNUSABLE, why);
    }
}

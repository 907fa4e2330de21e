package dev.cress.node.kv;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.cress.wasm.guest.KeyValueStore.Item;

import org.jspecify.annotations.Nullable;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// The statements on the stores' file. Not thread-safe. What a commit answered survives a power
/// cut: synchronous is FULL.
final class KeyValueFile implements AutoCloseable {
    private static final int PAGE_BYTES = 4_096;
    private static final int WAL_BYTES_KEPT = 16 << 20;

    /// Expired items that one sweep removes at most, so that no guest waits long for it.
    private static final int SWEPT_MAX = 1_000;

    private final Connection connection;

    private KeyValueFile(Connection connection) {
        this.connection = connection;
    }

    /// Opens or creates the file.
    ///
    /// @param bytesMax what it may grow to
    static KeyValueFile open(Path file, long bytesMax) throws SQLException {
        var opened = new KeyValueFile(DriverManager.getConnection("jdbc:sqlite:" + file));
        try {
            opened.execute("PRAGMA page_size = " + PAGE_BYTES);
            opened.execute("PRAGMA journal_mode = WAL");
            opened.execute("PRAGMA synchronous = FULL");
            opened.execute("PRAGMA foreign_keys = ON");
            opened.execute("PRAGMA journal_size_limit = " + WAL_BYTES_KEPT);
            opened.execute("PRAGMA max_page_count = " + bytesMax / PAGE_BYTES);
            opened.migrate(file);
            return opened;
        } catch (SQLException | RuntimeException e) {
            opened.close();
            throw e;
        }
    }

    private void migrate(Path file) throws SQLException {
        long found = number("PRAGMA user_version");
        if (found > KeyValueSchema.VERSION) {
            throw new SQLException(
                    "%s has schema %d, this program knows up to %d: it was written by a newer cress"
                            .formatted(file, found, KeyValueSchema.VERSION));
        }
        if (found < KeyValueSchema.VERSION) {
            begin();
            for (String statement : KeyValueSchema.STATEMENTS) {
                execute(statement);
            }
            execute("PRAGMA user_version = " + KeyValueSchema.VERSION);
            commit();
        }
    }

    void begin() throws SQLException {
        execute("BEGIN IMMEDIATE");
    }

    void commit() throws SQLException {
        execute("COMMIT");
    }

    void rollback() throws SQLException {
        execute("ROLLBACK");
    }

    Optional<Item> find(String store, String key, long nowMs) throws SQLException {
        return first(
                """
                SELECT value, metadata, generation FROM item
                WHERE store = ? AND key = ? AND (expires_ms IS NULL OR expires_ms > ?)\
                """,
                row -> new Item(row.getBytes(1), row.getString(2), row.getLong(3)),
                store,
                key.getBytes(UTF_8),
                nowMs);
    }

    /// What all items of a store come to, keys and metadata included.
    long bytes(String store) throws SQLException {
        return number("SELECT bytes FROM store WHERE name = ?", store);
    }

    /// Bytes that an item counts for in its store, 0 if there is none, whether expired or not.
    long bytes(String store, String key) throws SQLException {
        return number(
                """
                SELECT length(key) + length(value) + length(metadata) FROM item
                WHERE store = ? AND key = ?\
                """,
                store,
                key.getBytes(UTF_8));
    }

    /// Sets an item. Returns its generation.
    long put(String store, String key, Item item, @Nullable Long expiresMs) throws SQLException {
        long before = bytes(store, key);
        update("INSERT INTO store VALUES (?, 0, 0) ON CONFLICT DO NOTHING", store);
        update("UPDATE store SET generation = generation + 1 WHERE name = ?", store);
        long generation = number("SELECT generation FROM store WHERE name = ?", store);
        update(
                """
                INSERT INTO item (store, key, value, metadata, generation, expires_ms)
                VALUES (?, ?, ?, ?, ?, ?)
                ON CONFLICT (store, key) DO UPDATE SET value = excluded.value,
                metadata = excluded.metadata, generation = excluded.generation,
                expires_ms = excluded.expires_ms\
                """,
                store,
                key.getBytes(UTF_8),
                item.value(),
                item.metadata(),
                generation,
                expiresMs);
        grow(store, bytes(store, key) - before);
        return generation;
    }

    /// Returns whether it was there.
    boolean delete(String store, String key) throws SQLException {
        long before = bytes(store, key);
        boolean found =
                update("DELETE FROM item WHERE store = ? AND key = ?", store, key.getBytes(UTF_8))
                        > 0;
        if (found) {
            grow(store, -before);
        }
        return found;
    }

    private void grow(String store, long bytes) throws SQLException {
        update("UPDATE store SET bytes = bytes + ? WHERE name = ?", bytes, store);
    }

    List<String> list(String store, String prefix, String after, int limit, long nowMs)
            throws SQLException {
        byte[] from = prefix.getBytes(UTF_8);
        byte[] last = after.getBytes(UTF_8);
        return list(
                """
                SELECT key FROM item
                WHERE store = ? AND key >= ? AND key > ? AND substr(key, 1, ?) = ?
                AND (expires_ms IS NULL OR expires_ms > ?) ORDER BY key LIMIT ?\
                """,
                row -> new String(row.getBytes(1), UTF_8),
                store,
                Arrays.compareUnsigned(from, last) > 0 ? from : last,
                last,
                from.length,
                from,
                nowMs,
                limit);
    }

    /// Removes items whose time is over. Returns how many.
    int sweep(long nowMs) throws SQLException {
        List<Expired> expired =
                list(
                        "SELECT store, key FROM item WHERE expires_ms <= ? LIMIT ?",
                        row -> new Expired(row.getString(1), new String(row.getBytes(2), UTF_8)),
                        nowMs,
                        SWEPT_MAX);
        for (Expired item : expired) {
            delete(item.store(), item.key());
        }
        return expired.size();
    }

    private record Expired(String store, String key) {}

    private interface Row<T> {
        T read(ResultSet row) throws SQLException;
    }

    private <T> List<T> list(String sql, Row<T> reader, @Nullable Object... arguments)
            throws SQLException {
        try (var statement = prepare(sql, arguments);
                var rows = statement.executeQuery()) {
            var found = new ArrayList<T>();
            while (rows.next()) {
                found.add(reader.read(rows));
            }
            return found;
        }
    }

    private <T> Optional<T> first(String sql, Row<T> reader, @Nullable Object... arguments)
            throws SQLException {
        return list(sql, reader, arguments).stream().findFirst();
    }

    private long number(String sql, @Nullable Object... arguments) throws SQLException {
        return first(sql, row -> row.getLong(1), arguments).orElse(0L);
    }

    private int update(String sql, @Nullable Object... arguments) throws SQLException {
        try (var statement = prepare(sql, arguments)) {
            return statement.executeUpdate();
        }
    }

    private void execute(String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private PreparedStatement prepare(String sql, @Nullable Object... arguments)
            throws SQLException {
        var statement = connection.prepareStatement(sql);
        for (int i = 0; i < arguments.length; i++) {
            statement.setObject(i + 1, arguments[i]);
        }
        return statement;
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}

package dev.cress.control.store;

import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;

/// One SQLite file of one server: a write-ahead log, and a sync of the disk with each commit.
///
/// @param bytesMax what the file may grow to
record SqliteDialect(Path file, long bytesMax) implements Dialect {
    private static final int PAGE_BYTES = 4096;

    /// The write-ahead log is cut back to this after a large module was written.
    private static final int WAL_BYTES_KEPT = 16 << 20;

    /// How long one connection waits for another's write.
    private static final int BUSY_TIMEOUT_MS = 10_000;

    private static final String SYNCHRONOUS_FULL = "2";

    private static final int AUTO_VACUUM_INCREMENTAL = 2;

    /// Pages that the file shrinks by in one transaction: 8 MiB.
    private static final int PAGES_GIVEN_BACK = 2_048;

    @Override
    public String name() {
        return file.toString();
    }

    @Override
    public Connection connect() throws SQLException {
        var connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        try {
            set(connection, "page_size = " + PAGE_BYTES);
            // Of a file that is new only: one that is there already keeps its free pages for
            // itself.
            set(connection, "auto_vacuum = INCREMENTAL");
            set(connection, "busy_timeout = " + BUSY_TIMEOUT_MS);
            set(connection, "journal_mode = WAL");
            set(connection, "synchronous = FULL");
            set(connection, "foreign_keys = ON");
            set(connection, "journal_size_limit = " + WAL_BYTES_KEPT);
            set(connection, "max_page_count = " + bytesMax / PAGE_BYTES);
            require(connection, "journal_mode", "wal", "its readers would stop its writer");
            require(
                    connection,
                    "synchronous",
                    SYNCHRONOUS_FULL,
                    "a power cut could take back what was answered");
            return connection;
        } catch (SQLException | RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    private static void set(Connection connection, String pragma) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute("PRAGMA " + pragma);
        }
    }

    private void require(Connection connection, String pragma, String wanted, String otherwise)
            throws SQLException {
        try (var statement = connection.createStatement();
                var row = statement.executeQuery("PRAGMA " + pragma)) {
            String is = row.next() ? row.getString(1) : "unset";
            if (!is.equals(wanted)) {
                throw new StoreException(
                        StoreException.Kind.UNUSABLE,
                        "%s keeps %s = %s where %s is needed: %s"
                                .formatted(file, pragma, is, wanted, otherwise));
            }
        }
    }

    @Override
    public int connectionsMax() {
        return 1 + Store.READERS;
    }

    @Override
    public String beginRead() {
        return "BEGIN";
    }

    @Override
    public String beginWrite() {
        return "BEGIN IMMEDIATE";
    }

    /// Nothing: whoever writes has the whole file.
    @Override
    public String forUpdate() {
        return "";
    }

    @Override
    public String nowMs() {
        return "CAST(unixepoch('subsec') * 1000 AS INTEGER)";
    }

    @Override
    public String definition(String sql) {
        return switch (sql) {
            case Schema.AUDIT_KEEPS_ROWS ->
                    """
                    CREATE TRIGGER audit_keeps_rows BEFORE UPDATE ON audit BEGIN
                      SELECT RAISE(ABORT, 'the audit log is append-only'); END\
                    """;
            case Schema.AUDIT_KEEPS_TIME ->
                    """
                    CREATE TRIGGER audit_keeps_time BEFORE DELETE ON audit
                    WHEN OLD.at_ms > %s - %d BEGIN
                      SELECT RAISE(ABORT, 'the audit log is append-only'); END\
                    """
                            .formatted(nowMs(), Retention.AUDIT_KEPT.toMillis());
            case Schema.BLOBS_OF_BUNDLES ->
                    """
                    INSERT INTO version_blob (function, number, kind, sha256, retained)
                    SELECT function, number, 'bundle', json_extract(manifest, '$.assets.sha256'), 0
                    FROM version WHERE json_extract(manifest, '$.assets.sha256') IS NOT NULL\
                    """;
            case Schema.BLOBS_OF_FILTERS ->
                    """
                    INSERT INTO version_blob (function, number, kind, sha256, retained)
                    SELECT v.function, v.number, 'module', json_extract(f.value, '$.module'), 0
                    FROM version v, json_each(v.manifest, '$.filter') f
                    WHERE json_type(v.manifest, '$.filter') = 'array' ON CONFLICT DO NOTHING\
                    """;
            case Schema.BLOBS_RETAINED ->
                    """
                    UPDATE version_blob SET retained = 1 WHERE (function, number) IN (
                      SELECT f.name, json_extract(v.value, '$.number')
                      FROM function f, json_each(f.state, '$.versions') v
                      WHERE f.live = 1 AND f.state IS NOT NULL)\
                    """;
            default -> sql;
        };
    }

    @Override
    public void lockSchema(Transaction transaction) {}

    @Override
    public int schemaVersion(Transaction transaction) {
        return (int) transaction.count("PRAGMA user_version");
    }

    @Override
    public void putSchemaVersion(Transaction transaction, int version) {
        transaction.execute("PRAGMA user_version = " + version);
    }

    @Override
    public boolean hasTable(Transaction transaction, String table) {
        return transaction.count(
                        "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = ?",
                        table)
                > 0;
    }

    /// Nobody: there are no others.
    @Override
    public void announce(Transaction transaction, String server) {}

    @Override
    public boolean giveBack(Transaction transaction) {
        transaction.exhaust("PRAGMA incremental_vacuum(" + PAGES_GIVEN_BACK + ")");
        return transaction.count("PRAGMA auto_vacuum") == AUTO_VACUUM_INCREMENTAL
                && transaction.count("PRAGMA freelist_count") > 0;
    }

    /// SQLite steps from row to row by itself.
    @Override
    public void each(Statement statement, String sql, Transaction.Row<Boolean> reader)
            throws SQLException {
        try (var rows = statement.executeQuery(sql)) {
            reader.read(rows);
        }
    }

    @Override
    public boolean isShared() {
        return false;
    }

    @Override
    public StoreException explain(SQLException e) {
        var code = e instanceof SQLiteException ours ? ours.getResultCode() : null;
        // Extended codes carry the primary one in their low byte.
        int primary = code == null ? 0 : code.code & 0xff;
        if (primary == SQLiteErrorCode.SQLITE_FULL.code) {
            return new StoreException(
                    StoreException.Kind.FULL, "the store is full: " + e.getMessage(), e);
        }
        if (primary == SQLiteErrorCode.SQLITE_BUSY.code) {
            return new StoreException(
                    StoreException.Kind.AWAY,
                    "%s was locked for %d ms: %s".formatted(file, BUSY_TIMEOUT_MS, e.getMessage()),
                    e);
        }
        if (primary == SQLiteErrorCode.SQLITE_CORRUPT.code
                || primary == SQLiteErrorCode.SQLITE_NOTADB.code) {
            return new StoreException(
                    StoreException.Kind.UNUSABLE, "the store is damaged: " + e.getMessage(), e);
        }
        return new StoreException(
                StoreException.Kind.FAILED, "the store failed: " + e.getMessage(), e);
    }
}

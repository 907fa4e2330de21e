package dev.cress.control.store;

import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/// One connection to one SQLite file, narrowed to statements and transactions. Used by one thread
/// at a time: a native call would pin a virtual thread, so it is a platform thread.
final class Database implements AutoCloseable {
    private static final int PAGE_BYTES = 4096;

    /// The write-ahead log is cut back to this after a large module was written.
    private static final int WAL_BYTES_KEPT = 16 << 20;

    private static final int BUSY_TIMEOUT_MS = 5_000;

    private final Connection connection;

    private Database(Connection connection) {
        this.connection = connection;
    }

    /// Opens or creates the file. What a commit answered survives a power cut: synchronous is FULL.
    ///
    /// @param bytesMax what the file may grow to
    static Database open(Path file, long bytesMax) {
        Database database;
        try {
            database = new Database(DriverManager.getConnection("jdbc:sqlite:" + file));
        } catch (SQLException e) {
            throw explain(e);
        }
        try {
            database.execute("PRAGMA page_size = " + PAGE_BYTES);
            database.execute("PRAGMA busy_timeout = " + BUSY_TIMEOUT_MS);
            database.execute("PRAGMA journal_mode = WAL");
            database.execute("PRAGMA synchronous = FULL");
            database.execute("PRAGMA foreign_keys = ON");
            database.execute("PRAGMA journal_size_limit = " + WAL_BYTES_KEPT);
            database.execute("PRAGMA max_page_count = " + bytesMax / PAGE_BYTES);
            database.migrate(file);
            return database;
        } catch (RuntimeException e) {
            database.close();
            throw e;
        }
    }

    private void migrate(Path file) {
        int found = first("PRAGMA user_version", row -> row.getInt(1)).orElse(0);
        if (found > Schema.VERSION) {
            throw new StoreException(
                    StoreException.Kind.UNUSABLE,
                    "%s has schema %d, this program knows up to %d: it was written by a newer cress"
                            .formatted(file, found, Schema.VERSION));
        }
        if (found < Schema.VERSION) {
            write(
                    () -> {
                        Schema.STEPS
                                .subList(found, Schema.VERSION)
                                .forEach(step -> step.forEach(this::execute));
                        execute("PRAGMA user_version = " + Schema.VERSION);
                        return found;
                    });
        }
    }

    /// Runs the work in a transaction that holds the write lock from its start, so that what it
    /// checks is still true when it writes. Whatever the work throws undoes all of it.
    <T> T write(Supplier<T> work) {
        execute("BEGIN IMMEDIATE");
        try {
            T value = work.get();
            execute("COMMIT");
            return value;
        } catch (RuntimeException | Error e) {
            rollback(e);
            throw e;
        }
    }

    private void rollback(Throwable why) {
        try {
            execute("ROLLBACK");
        } catch (StoreException e) {
            // SQLite has already undone it after some errors, a full disk among them.
            why.addSuppressed(e);
        }
    }

    /// A row of a result, read.
    interface Row<T> {
        T read(ResultSet row) throws SQLException;
    }

    <T> List<T> list(String sql, Row<T> reader, Object... arguments) {
        try (var statement = prepare(sql, arguments);
                var rows = statement.executeQuery()) {
            var found = new ArrayList<T>();
            while (rows.next()) {
                found.add(reader.read(rows));
            }
            return found;
        } catch (SQLException e) {
            throw explain(e);
        }
    }

    <T> Optional<T> first(String sql, Row<T> reader, Object... arguments) {
        return list(sql, reader, arguments).stream().findFirst();
    }

    long count(String sql, Object... arguments) {
        return first(sql, row -> row.getLong(1), arguments).orElse(0L);
    }

    /// Runs a statement that changes rows, and says how many.
    int update(String sql, Object... arguments) {
        try (var statement = prepare(sql, arguments)) {
            return statement.executeUpdate();
        } catch (SQLException e) {
            throw explain(e);
        }
    }

    private void execute(String sql) {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw explain(e);
        }
    }

    private PreparedStatement prepare(String sql, Object... arguments) throws SQLException {
        var statement = connection.prepareStatement(sql);
        for (int i = 0; i < arguments.length; i++) {
            statement.setObject(i + 1, arguments[i]);
        }
        return statement;
    }

    private static StoreException explain(SQLException e) {
        var code = e instanceof SQLiteException ours ? ours.getResultCode() : null;
        // Extended codes carry the primary one in their low byte.
        int primary = code == null ? 0 : code.code & 0xff;
        if (primary == SQLiteErrorCode.SQLITE_FULL.code) {
            return new StoreException(
                    StoreException.Kind.FULL, "the store is full: " + e.getMessage(), e);
        }
        if (primary == SQLiteErrorCode.SQLITE_CORRUPT.code
                || primary == SQLiteErrorCode.SQLITE_NOTADB.code) {
            return new StoreException(
                    StoreException.Kind.UNUSABLE, "the store is damaged: " + e.getMessage(), e);
        }
        return new StoreException(
                StoreException.Kind.FAILED, "the store failed: " + e.getMessage(), e);
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            throw explain(e);
        }
    }
}

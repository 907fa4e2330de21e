package dev.cress.control.store;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;

/// The engine, as transactions. Whatever the work of one throws undoes all of it. Thread-safe; a
/// native call would pin a virtual thread, so platform threads call.
final class Database implements AutoCloseable {
    /// A transaction that met another's, or whose connection broke before it committed, is tried
    /// anew as often.
    static final int ATTEMPTS_MAX = 3;

    /// How long a thread waits for a connection.
    private static final Duration CONNECTION_WAIT = Duration.ofSeconds(10);

    private static final Logger LOG = LoggerFactory.getLogger(Database.class);

    private final Dialect dialect;
    private final HikariDataSource pool;
    private List<String> unknownSteps = List.of();

    private Database(Dialect dialect) {
        this.dialect = dialect;
        var config = new HikariConfig();
        config.setPoolName("cress-store");
        config.setDataSource(new Connections(dialect));
        config.setMaximumPoolSize(dialect.connectionsMax());
        config.setConnectionTimeout(CONNECTION_WAIT.toMillis());
        // The first connection was tried already, without the pool: what it says is clearer.
        config.setInitializationFailTimeout(-1);
        pool = new HikariDataSource(config);
    }

    /// Opens the store, and makes or brings up to date its tables.
    static Database open(Dialect dialect) {
        return open(dialect, Steps.OURS);
    }

    /// The same for a build that knows these steps.
    static Database open(Dialect dialect, List<Step> steps) {
        var database = open(dialect, new Migration(steps)::bring);
        if (!database.unknownSteps.isEmpty()) {
            LOG.info(
                    "store {} has {}, which this cress passes over",
                    dialect.name(),
                    String.join(", ", database.unknownSteps));
        }
        return database;
    }

    /// Opens a store that is there and leaves its tables as they are, perhaps while servers use it.
    static Database openAsIs(Dialect dialect) {
        return open(dialect, new Migration(Steps.OURS)::asIs);
    }

    /// @param migration brings the tables up to date, and says what of them is unknown
    static Database open(Dialect dialect, Function<Transaction, List<String>> migration) {
        try (var _ = dialect.connect()) {
            var database = new Database(dialect);
            try {
                database.unknownSteps = database.write(migration);
                return database;
            } catch (RuntimeException e) {
                database.close();
                throw e;
            }
        } catch (SQLException e) {
            throw dialect.explain(e);
        }
    }

    /// What a newer build added, which this one passes over, for people.
    List<String> unknownSteps() {
        return unknownSteps;
    }

    Dialect dialect() {
        return dialect;
    }

    /// Runs the work in a transaction that sees one state of everything and writes nothing.
    <T> T read(Function<Transaction, T> work) {
        return run(false, work);
    }

    /// Runs the work in a transaction that writes. On SQLite it holds the write lock from its
    /// start; on PostgreSQL it locks what it locks.
    <T> T write(Function<Transaction, T> work) {
        return run(true, work);
    }

    private <T> T run(boolean writes, Function<Transaction, T> work) {
        for (int attempt = 1; ; attempt++) {
            try {
                return once(writes, work);
            } catch (StoreException e) {
                if (e.kind() != StoreException.Kind.AWAY || attempt == ATTEMPTS_MAX) {
                    throw e;
                }
            }
        }
    }

    private <T> T once(boolean writes, Function<Transaction, T> work) {
        try (Connection connection = pool.getConnection()) {
            var transaction = new Transaction(connection, dialect);
            T value;
            try {
                transaction.execute(writes ? dialect.beginWrite() : dialect.beginRead());
                value = work.apply(transaction);
            } catch (RuntimeException | Error e) {
                rollback(transaction, e);
                throw e;
            }
            commit(transaction, writes);
            return value;
        } catch (SQLException e) {
            throw dialect.explain(e);
        }
    }

    private void commit(Transaction transaction, boolean writes) {
        try {
            transaction.execute("COMMIT");
        } catch (StoreException e) {
            rollback(transaction, e);
            if (writes && e.kind() == StoreException.Kind.AWAY) {
                throw new StoreException(
                        StoreException.Kind.UNSURE,
                        "the database went away during a commit: it may be stored or not",
                        e);
            }
            throw e;
        }
    }

    private void rollback(Transaction transaction, Throwable why) {
        try {
            transaction.execute("ROLLBACK");
        } catch (StoreException e) {
            // SQLite has already undone it after some errors, a full disk among them; and so has
            // PostgreSQL when the connection broke: then the others of the pool may have, too.
            why.addSuppressed(e);
            if (dialect.isShared()) {
                pool.getHikariPoolMXBean().softEvictConnections();
            }
        }
    }

    @Override
    public void close() {
        pool.close();
    }
}

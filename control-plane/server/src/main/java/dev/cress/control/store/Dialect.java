package dev.cress.control.store;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/// What the two engines say differently; all other SQL is the same for both. Each knows how to open
/// a connection on which a commit that was answered stays, and refuses settings under which it
/// might not.
sealed interface Dialect permits SqliteDialect, PostgresDialect {
    static Dialect of(StoreLocation location) {
        return switch (location) {
            case StoreLocation.InFile(Path path, long bytesMax) ->
                    new SqliteDialect(path, bytesMax);
            case StoreLocation.InPostgres(String url) -> new PostgresDialect(url);
        };
    }

    /// The store as messages name it, without secrets.
    String name();

    /// A new connection, checked. Throws a [StoreException] that says which setting is unsafe.
    Connection connect() throws SQLException;

    /// Connections that one server has open at most.
    int connectionsMax();

    /// Begins a transaction that sees one state of everything.
    String beginRead();

    /// Begins a transaction that writes.
    String beginWrite();

    /// Behind a SELECT: the rows that it finds are this transaction's until it ends.
    String forUpdate();

    /// The database's clock in ms since the epoch, as an expression; it goes on in a transaction.
    String nowMs();

    /// A statement of the [Schema] in this engine's words.
    String definition(String sql);

    /// Keeps others from changing the schema as long as the transaction lasts.
    void lockSchema(Transaction transaction);

    /// The last step that a build must know to go on with the tables, 0 if there are none.
    int schemaVersion(Transaction transaction);

    void putSchemaVersion(Transaction transaction, int version);

    boolean hasTable(Transaction transaction, String table);

    /// Tells the other servers, once the transaction has committed, that there is something new.
    ///
    /// @param server who says so
    void announce(Transaction transaction, String server);

    /// Gives some of the space that nothing uses any more back to the disk.
    ///
    /// @return whether there is more
    boolean giveBack(Transaction transaction);

    /// Has the reader read all rows of a query, some at a time: it answers whether there were any.
    void each(Statement statement, String sql, Transaction.Row<Boolean> reader) throws SQLException;

    /// Whether several servers may have the store open.
    boolean isShared();

    /// What went wrong, so that somebody can act on it.
    StoreException explain(SQLException e);
}

package dev.cress.control.store;

import org.postgresql.Driver;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.sql.Statement;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/// A PostgreSQL database that several servers share.
///
/// @param url `jdbc:postgresql://…`; may hold a password, so it is in no message
record PostgresDialect(String url) implements Dialect {
    /// What a URL of this engine begins with.
    static final String PREFIX = "jdbc:postgresql:";

    /// The channel on which servers wake each other.
    static final String CHANNEL = "cress";

    private static final int VERSION_MIN = 14;

    /// A server that stops in the middle of a transaction loses it after this, and its locks.
    private static final int IDLE_IN_TRANSACTION_MS = 10_000;

    private static final int LOCK_WAIT_MS = 10_000;
    private static final int STATEMENT_MS = 30_000;

    /// Each may hold a piece of a module, 1 MiB.
    private static final int ROWS_AT_ONCE = 16;

    private static final int CONNECT_S = 5;

    /// Longer than any statement may take: what comes later won't come.
    private static final int SOCKET_S = STATEMENT_MS / 1_000 + 10;

    /// Names the lock of those that change the schema.
    private static final long SCHEMA_LOCK = 0x6372657373L;

    private static final Map<String, String> TYPES =
            Map.of(
                    "INTEGER", "BIGINT",
                    "BLOB", "BYTEA",
                    "TEXT", "TEXT COLLATE \"C\"",
                    " STRICT", "");

    private static final Pattern TYPE = Pattern.compile("\\b(?:INTEGER|BLOB|TEXT)\\b| STRICT$");

    /// Of a transaction that another one got in the way of, or whose server went away: it may be
    /// tried again.
    private static final Set<String> PASSING =
            Set.of("40001", "40P01", "55P03", "57014", "25P03", "25006", "53300");

    @Override
    public String name() {
        int end = url.indexOf('?');
        return end < 0 ? url : url.substring(0, end);
    }

    @Override
    public Connection connect() throws SQLException {
        var properties = new Properties();
        properties.setProperty("ApplicationName", "cress");
        properties.setProperty("connectTimeout", String.valueOf(CONNECT_S));
        properties.setProperty("socketTimeout", String.valueOf(SOCKET_S));
        properties.setProperty("tcpKeepAlive", "true");
        var connection = new Driver().connect(url, properties);
        try {
            check(connection);
            return connection;
        } catch (SQLException | RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    private void check(Connection connection) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute("SET statement_timeout = " + STATEMENT_MS);
            statement.execute("SET lock_timeout = " + LOCK_WAIT_MS);
            statement.execute(
                    "SET idle_in_transaction_session_timeout = " + IDLE_IN_TRANSACTION_MS);
            try (var row =
                    statement.executeQuery(
                            """
                            SELECT current_setting('fsync'), current_setting('full_page_writes'),
                              current_setting('synchronous_commit'),
                              current_setting('server_encoding'),
                              current_setting('server_version_num')::int / 10000,
                              pg_is_in_recovery()\
                            """)) {
                row.next();
                String lost = "a power cut could take back what was answered";
                refuse(row.getString(1).equals("off"), "fsync = off", lost);
                refuse(
                        row.getString(2).equals("off"),
                        "full_page_writes = off",
                        "a power cut could leave torn pages");
                refuse(row.getString(3).equals("off"), "synchronous_commit = off", lost);
                refuse(
                        !row.getString(4).equals("UTF8"),
                        "server_encoding = " + row.getString(4),
                        "not every text fits; UTF8 is needed");
                refuse(
                        row.getInt(5) < VERSION_MIN,
                        "version " + row.getInt(5),
                        "%d is the oldest that is known to do".formatted(VERSION_MIN));
                refuse(row.getBoolean(6), "it is a standby", "it can't be written");
            }
        }
    }

    private void refuse(boolean unsafe, String what, String why) {
        if (unsafe) {
            throw new StoreException(
                    StoreException.Kind.UNUSABLE,
                    "%s is no safe place: %s: %s".formatted(name(), what, why));
        }
    }

    @Override
    public int connectionsMax() {
        return 1 + Store.READERS;
    }

    @Override
    public String beginRead() {
        return "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
    }

    /// Read committed: what is checked behind the head's lock is what is true now. A stricter level
    /// would check what was true when the transaction began to wait.
    @Override
    public String beginWrite() {
        return "BEGIN ISOLATION LEVEL READ COMMITTED";
    }

    @Override
    public String forUpdate() {
        return " FOR UPDATE";
    }

    /// Not `now()`, which stands still in a transaction: one that waited for a lock would be late.
    @Override
    public String nowMs() {
        return "CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)";
    }

    @Override
    public String definition(String sql) {
        return switch (sql) {
            case Schema.AUDIT_KEEPS_ROWS ->
                    """
                    CREATE FUNCTION audit_keeps() RETURNS trigger LANGUAGE plpgsql AS $$
                    BEGIN RAISE EXCEPTION 'the audit log is append-only'; END $$;
                    CREATE TRIGGER audit_keeps_rows BEFORE UPDATE ON audit
                    FOR EACH ROW EXECUTE FUNCTION audit_keeps();
                    CREATE TRIGGER audit_keeps_all BEFORE TRUNCATE ON audit
                    FOR EACH STATEMENT EXECUTE FUNCTION audit_keeps()\
                    """;
            case Schema.AUDIT_KEEPS_TIME ->
                    """
                    CREATE TRIGGER audit_keeps_time BEFORE DELETE ON audit FOR EACH ROW
                    WHEN (OLD.at_ms > %s - %d) EXECUTE FUNCTION audit_keeps()\
                    """
                            .formatted(nowMs(), Retention.AUDIT_KEPT.toMillis());
            case Schema.BLOBS_OF_BUNDLES ->
                    """
                    INSERT INTO version_blob (function, number, kind, sha256, retained)
                    SELECT function, number, 'bundle', manifest::json->'assets'->>'sha256', 0
                    FROM version WHERE manifest::json->'assets'->>'sha256' IS NOT NULL\
                    """;
            case Schema.BLOBS_OF_FILTERS ->
                    """
                    INSERT INTO version_blob (function, number, kind, sha256, retained)
                    SELECT v.function, v.number, 'module', f->>'module', 0
                    FROM version v CROSS JOIN LATERAL json_array_elements(
                      CASE WHEN json_typeof(v.manifest::json->'filter') = 'array'
                      THEN v.manifest::json->'filter' ELSE '[]'::json END) f
                    ON CONFLICT DO NOTHING\
                    """;
            case Schema.BLOBS_RETAINED ->
                    """
                    UPDATE version_blob SET retained = 1 WHERE (function, number) IN (
                      SELECT f.name, (v->>'number')::bigint
                      FROM function f CROSS JOIN LATERAL
                        json_array_elements(f.state::json->'versions') v
                      WHERE f.live = 1 AND f.state IS NOT NULL)\
                    """;
            default -> TYPE.matcher(sql).replaceAll((MatchResult type) -> TYPES.get(type.group()));
        };
    }

    @Override
    public void lockSchema(Transaction transaction) {
        transaction.count("SELECT 1 FROM pg_advisory_xact_lock(?)", SCHEMA_LOCK);
        transaction.execute("CREATE TABLE IF NOT EXISTS schema_version (version BIGINT NOT NULL)");
    }

    @Override
    public int schemaVersion(Transaction transaction) {
        return (int) transaction.count("SELECT max(version) FROM schema_version");
    }

    @Override
    public void putSchemaVersion(Transaction transaction, int version) {
        transaction.update("DELETE FROM schema_version");
        transaction.update("INSERT INTO schema_version (version) VALUES (?)", version);
    }

    @Override
    public boolean hasTable(Transaction transaction, String table) {
        return transaction.count(
                        "SELECT count(*) FROM pg_tables"
                                + " WHERE schemaname = current_schema() AND tablename = ?",
                        table)
                > 0;
    }

    @Override
    public void announce(Transaction transaction, String server) {
        transaction.count("SELECT 1 FROM pg_notify(?, ?)", CHANNEL, server);
    }

    /// Nothing to do: it sees to its own space.
    @Override
    public boolean giveBack(Transaction transaction) {
        return false;
    }

    /// The driver would hold all rows at once, so a cursor of SQL's is read.
    @Override
    public void each(Statement statement, String sql, Transaction.Row<Boolean> reader)
            throws SQLException {
        statement.execute("DECLARE each_row NO SCROLL CURSOR FOR " + sql);
        boolean more = true;
        while (more) {
            try (var rows = statement.executeQuery("FETCH " + ROWS_AT_ONCE + " FROM each_row")) {
                more = reader.read(rows);
            }
        }
        statement.execute("CLOSE each_row");
    }

    @Override
    public boolean isShared() {
        return true;
    }

    @Override
    public StoreException explain(SQLException e) {
        String state = String.valueOf(e.getSQLState());
        if (state.equals("53100")) {
            return new StoreException(
                    StoreException.Kind.FULL, "the store is full: " + e.getMessage(), e);
        }
        if (e instanceof SQLTransientConnectionException
                || PASSING.contains(state)
                || state.startsWith("08")
                || state.startsWith("57P")) {
            return new StoreException(
                    StoreException.Kind.AWAY,
                    "%s did not answer: %s".formatted(name(), e.getMessage()),
                    e);
        }
        if (state.startsWith("28") || state.equals("3D000") || state.startsWith("XX")) {
            return new StoreException(
                    StoreException.Kind.UNUSABLE,
                    "%s can't be used: %s".formatted(name(), e.getMessage()),
                    e);
        }
        return new StoreException(
                StoreException.Kind.FAILED, "the store failed: " + e.getMessage(), e);
    }
}

package dev.cress.control.store;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;

/// A database that may forget what it answered is refused, and why is said.
class UnsafeSettingsTest {
    private static void open(String url) throws SQLException {
        new PostgresDialect(url).connect().close();
    }

    private static void refused(String url, String... words) {
        assertThatThrownBy(() -> open(url))
                .isInstanceOf(StoreException.class)
                .message()
                .contains(words);
    }

    private static void alter(EmbeddedPostgres server, String setting) throws SQLException {
        try (var connection = server.getPostgresDatabase().getConnection();
                var statement = connection.createStatement()) {
            statement.execute("ALTER SYSTEM SET " + setting);
            statement.execute("SELECT pg_reload_conf()");
        }
    }

    @Test
    void whatAPowerCutCouldUndo() throws IOException, SQLException {
        try (var server = EmbeddedPostgres.start()) {
            String url = server.getJdbcUrl("postgres", "postgres");
            refused(url, "fsync = off", "a power cut could take back what was answered");
        }
        try (var server =
                EmbeddedPostgres.builder()
                        .setServerConfig("fsync", "on")
                        .setServerConfig("synchronous_commit", "off")
                        .start()) {
            String url = server.getJdbcUrl("postgres", "postgres");
            refused(url, "synchronous_commit = off", "a power cut could take back");
            String safe = url + "&options=-c%20synchronous_commit=on";
            open(safe);
            alter(server, "full_page_writes = off");
            await().untilAsserted(
                            () -> refused(safe, "full_page_writes = off", "leave torn pages"));
            alter(server, "full_page_writes = on");
            await().untilAsserted(
                            () -> assertThatCode(() -> open(safe)).doesNotThrowAnyException());
        }
    }

    @Test
    void whatCanNotHoldEveryText() {
        Engine.execute("CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'");
        refused(
                Engine.freshUrl().replaceFirst("/store_\\d+", "/latin"),
                "server_encoding = LATIN1",
                "UTF8 is needed");
    }

    @Test
    void aFileWhoseJournalIsElsewhere() {
        assertThatThrownBy(() -> new SqliteDialect(Path.of(":memory:"), 1 << 30).connect())
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("journal_mode = memory where wal is needed");
    }

    @Test
    void messagesNameADatabaseWithoutItsPassword(@TempDir Path folder) {
        var away = new PostgresDialect("jdbc:postgresql://127.0.0.1:1/x?user=me&password=secret");
        assertThatThrownBy(() -> Database.open(away))
                .isInstanceOfSatisfying(
                        StoreException.class,
                        e ->
                                org.assertj.core.api.Assertions.assertThat(e.kind())
                                        .isEqualTo(StoreException.Kind.AWAY))
                .hasMessageContaining("jdbc:postgresql://127.0.0.1:1/x did not answer")
                .hasMessageNotContaining("secret");
        assertThatThrownBy(() -> StoreLocation.ofUrl("jdbc:mysql://secret"))
                .hasMessage("a store is named jdbc:postgresql://HOST/DATABASE");
    }
}

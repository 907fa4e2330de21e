package dev.cress.control.store;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicInteger;

/// The engines on which the store's contract holds.
public enum Engine {
    SQLITE,
    POSTGRESQL;

    private static final long FILE_BYTES_MAX = 1L << 30;
    private static final AtomicInteger MADE = new AtomicInteger();

    /// One PostgreSQL server for all tests of this JVM, with the settings that a store needs; it
    /// ends with the JVM.
    private static final class Server {
        /// Linux keeps its files in memory: to sync and to delete those of some 200 databases
        /// takes half a minute elsewhere.
        private static final Path MEMORY = Path.of("/dev/shm");

        private static final long MEMORY_BYTES_MIN = 4L << 30;
        private static final EmbeddedPostgres RUNNING = start();

        private static EmbeddedPostgres start() {
            try {
                var builder =
                        EmbeddedPostgres.builder()
                                .setServerConfig("fsync", "on")
                                .setServerConfig("synchronous_commit", "on");
                if (Files.isWritable(MEMORY)
                        && Files.getFileStore(MEMORY).getUsableSpace() >= MEMORY_BYTES_MIN) {
                    builder.setDataDirectory(Files.createTempDirectory(MEMORY, "cress-postgres"));
                }
                return builder.start();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /// A store that nobody else has. One in PostgreSQL is in a database that sorts text as people
    /// do, unless it is told otherwise.
    public StoreLocation fresh(Path folder) {
        return switch (this) {
            case SQLITE ->
                    new StoreLocation.InFile(
                            folder.resolve("store-" + MADE.incrementAndGet() + ".db"),
                            FILE_BYTES_MAX);
            case POSTGRESQL -> StoreLocation.ofUrl(freshUrl());
        };
    }

    /// The URL of a fresh PostgreSQL database.
    public static String freshUrl() {
        String name = "store_" + MADE.incrementAndGet();
        execute(
                "CREATE DATABASE %s TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'en'"
                        .formatted(name));
        return Server.RUNNING.getJdbcUrl("postgres", name);
    }

    /// Runs a statement on the server, for tests that do to it what operators do.
    public static void execute(String sql) {
        try (var connection = Server.RUNNING.getPostgresDatabase().getConnection();
                var statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new AssertionError(sql, e);
        }
    }
}

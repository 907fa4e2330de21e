package dev.cress.cli;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// PostgreSQL servers with the settings that a store needs.
final class Postgres {
    /// Linux keeps its files in memory: to sync and to delete a server's takes several seconds
    /// elsewhere.
    private static final Path MEMORY = Path.of("/dev/shm");

    private static final long MEMORY_BYTES_MIN = 1L << 30;

    private Postgres() {}

    static EmbeddedPostgres start() throws IOException {
        var builder =
                EmbeddedPostgres.builder()
                        .setServerConfig("fsync", "on")
                        .setServerConfig("synchronous_commit", "on");
        if (Files.isWritable(MEMORY)
                && Files.getFileStore(MEMORY).getUsableSpace() >= MEMORY_BYTES_MIN) {
            builder.setDataDirectory(Files.createTempDirectory(MEMORY, "cress-postgres"));
        }
        return builder.start();
    }
}

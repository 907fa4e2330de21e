package dev.cress.control.store;

import dev.cress.contract.Api;
import dev.cress.contract.Api.ModuleInfo;
import dev.cress.contract.Sha256;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/// Uploaded modules by their digest, in chunks. Called on the store's thread.
final class Modules {
    /// Small enough that a reader never holds up the store for long.
    static final int CHUNK_BYTES = 1 << 20;

    private final Database database;

    Modules(Database database) {
        this.database = database;
    }

    Optional<ModuleInfo> find(Sha256 sha256) {
        return database.first(
                "SELECT sha256, bytes, abi, created_at_ms FROM module WHERE sha256 = ?",
                Modules::read,
                sha256.hex());
    }

    /// Newest first.
    List<ModuleInfo> list() {
        return database.list(
                """
                SELECT sha256, bytes, abi, created_at_ms FROM module
                ORDER BY created_at_ms DESC, sha256 LIMIT ?\
                """,
                Modules::read,
                Api.LIST_MAX);
    }

    private static ModuleInfo read(ResultSet row) throws SQLException {
        return new ModuleInfo(
                new Sha256(row.getString(1)), row.getLong(2), row.getString(3), row.getLong(4));
    }

    /// Stores the file's bytes under their digest. Called inside a transaction: all or nothing.
    void insert(ModuleInfo module, Path file) {
        database.update(
                "INSERT INTO module (sha256, bytes, abi, created_at_ms) VALUES (?, ?, ?, ?)",
                module.sha256().hex(),
                module.bytes(),
                module.abi(),
                module.createdAtMs());
        try (InputStream in = Files.newInputStream(file)) {
            int position = 0;
            long bytes = 0;
            for (byte[] chunk = in.readNBytes(CHUNK_BYTES);
                    chunk.length > 0;
                    chunk = in.readNBytes(CHUNK_BYTES)) {
                database.update(
                        "INSERT INTO module_chunk (sha256, position, bytes) VALUES (?, ?, ?)",
                        module.sha256().hex(),
                        position++,
                        chunk);
                bytes += chunk.length;
            }
            if (bytes != module.bytes()) {
                throw new IOException(bytes + " bytes where " + module.bytes() + " came");
            }
        } catch (IOException e) {
            throw new StoreException(
                    StoreException.Kind.FAILED, "an upload can't be read back: " + file, e);
        }
    }

    /// The piece at this position, or nothing behind the last.
    Optional<byte[]> chunk(Sha256 sha256, int position) {
        return database.first(
                "SELECT bytes FROM module_chunk WHERE sha256 = ? AND position = ?",
                row -> row.getBytes(1),
                sha256.hex(),
                position);
    }
}

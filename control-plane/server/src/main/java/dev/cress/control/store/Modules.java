package dev.cress.control.store;

import dev.cress.contract.Api;
import dev.cress.contract.Api.ModuleInfo;
import dev.cress.contract.Sha256;

import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/// Uploaded modules by their digest, in chunks. Called on the store's thread.
final class Modules {
    private final Database database;
    private final Chunks chunks;

    Modules(Database database) {
        this.database = database;
        this.chunks = new Chunks(database, "module_chunk");
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
        chunks.insert(module.sha256(), module.bytes(), file);
    }

    /// The piece at this position, or nothing behind the last.
    Optional<byte[]> chunk(Sha256 sha256, int position) {
        return chunks.find(sha256, position);
    }
}

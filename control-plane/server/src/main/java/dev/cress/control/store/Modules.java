package dev.cress.control.store;

import dev.cress.contract.Api.ModuleInfo;
import dev.cress.contract.Sha256;

import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;

/// Uploaded modules by their digest, in chunks. Lives as long as one transaction.
final class Modules {
    private final Transaction transaction;
    private final Chunks chunks;

    Modules(Transaction transaction) {
        this.transaction = transaction;
        this.chunks = new Chunks(transaction, "module_chunk");
    }

    Optional<ModuleInfo> find(Sha256 sha256) {
        return transaction.first(
                "SELECT sha256, bytes, abi, created_at_ms FROM module WHERE sha256 = ?"
                        + " AND stored = 1",
                Modules::read,
                sha256.hex());
    }

    /// From a row that begins with sha256, bytes, abi and created_at_ms.
    static ModuleInfo read(ResultSet row) throws SQLException {
        return new ModuleInfo(
                new Sha256(row.getString(1)), row.getLong(2), row.getString(3), row.getLong(4));
    }

    /// Stores the file's bytes under their digest, also where they were collected. All or nothing.
    /// Until the transaction ends nobody collects them, whether they were there or not.
    boolean insert(ModuleInfo module, Path file) {
        int inserted =
                transaction.update(
                        """
                        INSERT INTO module (sha256, bytes, abi, created_at_ms) VALUES (?, ?, ?, ?)
                        ON CONFLICT (sha256) DO UPDATE SET stored = 1, abi = excluded.abi,
                          created_at_ms = excluded.created_at_ms WHERE module.stored < 1\
                        """,
                        module.sha256().hex(),
                        module.bytes(),
                        module.abi(),
                        module.createdAtMs());
        if (inserted > 0) {
            chunks.insert(module.sha256(), module.bytes(), file);
        }
        return inserted > 0;
    }

    /// The piece at this position, or nothing behind the last.
    Optional<byte[]> chunk(Sha256 sha256, int position) {
        return chunks.find(sha256, position);
    }
}

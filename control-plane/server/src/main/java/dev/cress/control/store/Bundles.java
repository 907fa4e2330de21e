package dev.cress.control.store;

import dev.cress.contract.Api.BundleInfo;
import dev.cress.contract.Sha256;

import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;

/// Uploaded archives of files by their digest. Called on the store's thread.
final class Bundles {
    private final Database database;
    private final Chunks chunks;

    Bundles(Database database) {
        this.database = database;
        this.chunks = new Chunks(database, "bundle_chunk");
    }

    Optional<BundleInfo> find(Sha256 sha256) {
        return database.first(
                "SELECT sha256, bytes, files, created_at_ms FROM bundle WHERE sha256 = ?",
                Bundles::read,
                sha256.hex());
    }

    private static BundleInfo read(ResultSet row) throws SQLException {
        return new BundleInfo(
                new Sha256(row.getString(1)), row.getLong(2), row.getInt(3), row.getLong(4));
    }

    /// Stores the file's bytes under their digest. Called inside a transaction: all or nothing.
    void insert(BundleInfo bundle, Path file) {
        database.update(
                "INSERT INTO bundle (sha256, bytes, files, created_at_ms) VALUES (?, ?, ?, ?)",
                bundle.sha256().hex(),
                bundle.bytes(),
                bundle.files(),
                bundle.createdAtMs());
        chunks.insert(bundle.sha256(), bundle.bytes(), file);
    }

    /// The piece at this position, or nothing behind the last.
    Optional<byte[]> chunk(Sha256 sha256, int position) {
        return chunks.find(sha256, position);
    }
}

package dev.cress.control.store;

import dev.cress.contract.Api.BundleInfo;
import dev.cress.contract.Sha256;

import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;

/// Uploaded archives of files by their digest. Lives as long as one transaction.
final class Bundles {
    private final Transaction transaction;
    private final Chunks chunks;

    Bundles(Transaction transaction) {
        this.transaction = transaction;
        this.chunks = new Chunks(transaction, "bundle_chunk");
    }

    Optional<BundleInfo> find(Sha256 sha256) {
        return transaction.first(
                "SELECT sha256, bytes, files, created_at_ms FROM bundle WHERE sha256 = ?"
                        + " AND stored = 1",
                Bundles::read,
                sha256.hex());
    }

    /// From a row that begins with sha256, bytes, files and created_at_ms.
    static BundleInfo read(ResultSet row) throws SQLException {
        return new BundleInfo(
                new Sha256(row.getString(1)), row.getLong(2), row.getInt(3), row.getLong(4));
    }

    /// Stores the file's bytes under their digest, also where they were collected. All or nothing.
    /// Until the transaction ends nobody collects them, whether they were there or not.
    boolean insert(BundleInfo bundle, Path file) {
        int inserted =
                transaction.update(
                        """
                        INSERT INTO bundle (sha256, bytes, files, created_at_ms) VALUES (?, ?, ?, ?)
                        ON CONFLICT (sha256) DO UPDATE SET stored = 1, files = excluded.files,
                          created_at_ms = excluded.created_at_ms WHERE bundle.stored < 1\
                        """,
                        bundle.sha256().hex(),
                        bundle.bytes(),
                        bundle.files(),
                        bundle.createdAtMs());
        if (inserted > 0) {
            chunks.insert(bundle.sha256(), bundle.bytes(), file);
        }
        return inserted > 0;
    }

    /// The piece at this position, or nothing behind the last.
    Optional<byte[]> chunk(Sha256 sha256, int position) {
        return chunks.find(sha256, position);
    }
}

package dev.cress.control.store;

import dev.cress.contract.Sha256;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// Uploaded bytes by their digest, in pieces. Lives as long as one transaction.
public final class Chunks {
    /// Small enough that a reader never holds up the store for long.
    public static final int CHUNK_BYTES = 1 << 20;

    private final Transaction transaction;
    private final String table;

    /// @param table one of the schema's
    Chunks(Transaction transaction, String table) {
        this.transaction = transaction;
        this.table = table;
    }

    /// Stores a file's bytes, as many as are expected, in place of what a collector left. All or
    /// nothing.
    void insert(Sha256 sha256, long bytes, Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            insert(sha256, bytes, in);
        } catch (IOException e) {
            throw new StoreException(
                    StoreException.Kind.FAILED, "an upload can't be read back: " + file, e);
        }
    }

    /// The same of bytes at hand.
    void insert(Sha256 sha256, byte[] bytes) {
        try {
            insert(sha256, bytes.length, new ByteArrayInputStream(bytes));
        } catch (IOException e) {
            throw new IllegalStateException("bytes at hand can be read", e);
        }
    }

    private void insert(Sha256 sha256, long bytes, InputStream in) throws IOException {
        transaction.update("DELETE FROM " + table + " WHERE sha256 = ?", sha256.hex());
        int position = 0;
        long stored = 0;
        for (byte[] chunk = in.readNBytes(CHUNK_BYTES);
                chunk.length > 0;
                chunk = in.readNBytes(CHUNK_BYTES)) {
            transaction.update(
                    "INSERT INTO " + table + " (sha256, position, bytes) VALUES (?, ?, ?)",
                    sha256.hex(),
                    position++,
                    chunk);
            stored += chunk.length;
        }
        if (stored != bytes) {
            throw new IOException(stored + " bytes where " + bytes + " came");
        }
    }

    /// Takes some pieces out.
    ///
    /// @return how many went
    int delete(Sha256 sha256, int most) {
        return transaction.update(
                """
                DELETE FROM %s WHERE sha256 = ? AND position IN (
                  SELECT position FROM %s WHERE sha256 = ? ORDER BY position LIMIT ?)\
                """
                        .formatted(table, table),
                sha256.hex(),
                sha256.hex(),
                most);
    }

    /// The piece at this position, or nothing behind the last.
    Optional<byte[]> find(Sha256 sha256, int position) {
        return transaction.first(
                "SELECT bytes FROM " + table + " WHERE sha256 = ? AND position = ?",
                row -> row.getBytes(1),
                sha256.hex(),
                position);
    }
}

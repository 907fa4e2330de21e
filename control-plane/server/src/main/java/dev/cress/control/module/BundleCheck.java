package dev.cress.control.module;

import dev.cress.contract.BundleIndex;
import dev.cress.contract.ContractException;
import dev.cress.control.store.Refusal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.zip.CRC32;

/// Whether an uploaded archive is sound: its directory, and each file against its checksum. Blocks.
final class BundleCheck {
    private static final int PIECE_BYTES = 64 << 10;

    private BundleCheck() {}

    /// How many files there are; a [Refusal] says what is wrong with them.
    static int files(Path archive) {
        try (FileChannel channel = FileChannel.open(archive)) {
            BundleIndex index = BundleIndex.read(channel);
            var piece = ByteBuffer.allocate(PIECE_BYTES);
            for (var file : index.files().entrySet()) {
                if (crc(channel, file.getValue(), piece) != file.getValue().crc()) {
                    throw refused("the archive has %s damaged".formatted(file.getKey()));
                }
            }
            return index.files().size();
        } catch (ContractException e) {
            throw refused(String.valueOf(e.getMessage()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Refusal refused(String what) {
        return Refusal.of(422, "invalid-assets", "Assets refused", what);
    }

    private static long crc(FileChannel channel, BundleIndex.File file, ByteBuffer piece)
            throws IOException {
        var crc = new CRC32();
        for (long at = 0; at < file.bytes(); at += piece.limit()) {
            piece.clear().limit((int) Math.min(PIECE_BYTES, file.bytes() - at));
            while (piece.hasRemaining()) {
                if (channel.read(piece, file.offset() + at + piece.position()) < 0) {
                    throw new IOException("the upload was cut off");
                }
            }
            crc.update(piece.flip());
        }
        return crc.getValue();
    }
}

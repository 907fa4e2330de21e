package dev.cress.relay;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// Where a relay keeps files, one relay at a time. Blocks.
final class DataFolder implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DataFolder.class);

    private final Path blobs;
    private final FileChannel lock;

    /// Makes the folder if need be, and locks it against a second relay.
    DataFolder(Path folder) {
        blobs = folder.resolve("blobs");
        try {
            Files.createDirectories(blobs);
            lock =
                    FileChannel.open(
                            folder.resolve("relay.lock"),
                            StandardOpenOption.CREATE,
                            StandardOpenOption.WRITE);
            if (!isLocked()) {
                lock.close();
                throw new RelayException(
                        "data folder %s is in use by another relay: choose another with --data"
                                .formatted(folder));
            }
        } catch (IOException e) {
            throw unwritable(folder, e);
        }
    }

    static RelayException unwritable(Path folder, IOException why) {
        return new RelayException(
                "data folder %s can't be written: %s: choose another with --data"
                        .formatted(folder, why),
                why);
    }

    private boolean isLocked() throws IOException {
        try {
            return lock.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    /// The folder for modules and archives.
    Path blobs() {
        return blobs;
    }

    @Override
    public void close() {
        try {
            lock.close();
        } catch (IOException e) {
            LOG.warn("the lock can't be let go: {}", e.toString());
        }
    }
}

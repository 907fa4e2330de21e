package dev.cress.router;

import com.fasterxml.jackson.core.JsonProcessingException;

import dev.cress.contract.ContractException;
import dev.cress.contract.ControlFrame.Directory;
import dev.cress.contract.ControlFrame.Placements;
import dev.cress.contract.Json;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;

/// The last directory, placements and router key on disk, for a start while the control plane is
/// away. The key is a secret: the file is its owner's alone from its first byte on. A reader finds
/// the old file or the new one, never a half. Blocks: not for event loops.
final class DirectoryFile implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DirectoryFile.class);
    private static final String NAME = "router-directory.json";

    private final Path file;
    private final FileChannel lock;

    /// What the file holds. JSON that lacks a part of it is none that can be read, but for the
    /// placements, which a router of the build before didn't keep.
    record Remembered(String routerKey, Directory directory, Placements placements) {
        Remembered {
            placements = placements == null ? Placements.NONE : placements;
            if (routerKey == null || directory == null) {
                throw unreadable("router key or directory is missing");
            }
            for (Directory.Entry entry : directory.nodes()) {
                if (entry.node() == null || entry.node().url() == null) {
                    throw unreadable("a node or its URL is missing");
                }
            }
        }

        private static ContractException unreadable(String why) {
            return new ContractException("invalid-value", why);
        }
    }

    /// Makes the folder if need be, and locks it against a second router.
    DirectoryFile(Path folder) {
        file = folder.resolve(NAME);
        try {
            Files.createDirectories(folder);
            lock = open(folder.resolve("router.lock"), StandardOpenOption.CREATE);
            if (!locked(lock)) {
                lock.close();
                throw new RouterException(
                        "data folder %s is in use by another router: choose another with --data"
                                .formatted(folder));
            }
        } catch (IOException e) {
            throw new RouterException(
                    "data folder %s can't be written: %s: choose another with --data"
                            .formatted(folder, e),
                    e);
        }
    }

    private static boolean locked(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    private static FileChannel open(Path path, StandardOpenOption how) throws IOException {
        var options = Set.of(how, StandardOpenOption.WRITE);
        return path.getFileSystem().supportedFileAttributeViews().contains("posix")
                ? FileChannel.open(
                        path,
                        options,
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rw-------")))
                : FileChannel.open(path, options);
    }

    /// Nothing if there is none, or none that can be read.
    Optional<Remembered> load() {
        try {
            if (!Files.exists(file)) {
                return Optional.empty();
            }
            return Optional.ofNullable(
                    Json.LENIENT.readValue(Files.readString(file), Remembered.class));
        } catch (JsonProcessingException e) {
            LOG.warn("{} is left aside: {}", file, Json.explain(e).getMessage());
        } catch (IOException e) {
            LOG.warn("{} can't be read: {}", file, e.toString());
        }
        return Optional.empty();
    }

    void save(Remembered state) {
        Path next = file.resolveSibling(NAME + ".tmp");
        try {
            Files.deleteIfExists(next);
            try (FileChannel out = open(next, StandardOpenOption.CREATE_NEW)) {
                var bytes = ByteBuffer.wrap(Json.write(state).getBytes(StandardCharsets.UTF_8));
                while (bytes.hasRemaining()) {
                    out.write(bytes);
                }
                out.force(true);
            }
            Files.move(
                    next,
                    file,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            LOG.error(
                    "{} can't be written, the last directory stays there: {}", file, e.toString());
        }
    }

    @Override
    public void close() {
        try {
            lock.close();
        } catch (IOException e) {
            LOG.warn("the lock of {} can't be given back: {}", file, e.toString());
        }
    }
}

package dev.cress.control;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.cress.control.api.Access;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.regex.Pattern;

/// The folder in which everything is kept, held by one process at a time.
///
/// ```
/// lock             locked as long as its process lives; holds that process's id
/// store.db         the store
/// secrets.key      under which the store's secrets are kept, unless that key is elsewhere
/// operator.token   a token that may do everything, for whoever may read the folder
/// uploads/         files that live as long as an upload
/// ```
///
/// Used while starting and stopping, by the thread that does so.
final class DataFolder implements AutoCloseable {
    private static final Pattern TOKEN = Pattern.compile(Access.PREFIX + "[A-Za-z0-9_-]{43}");

    /// Bytes of a file that holds a process id or a token.
    private static final int SMALL_FILE_BYTES_MAX = 1_024;

    private final Path folder;
    private final FileChannel lock;

    private DataFolder(Path folder, FileChannel lock) {
        this.folder = folder;
        this.lock = lock;
    }

    /// Makes the folder if it is missing, takes it, and clears what a killed process left.
    static DataFolder open(Path folder) {
        FileChannel lock = null;
        try {
            Files.createDirectories(folder, ownerOnly(folder, "rwx------"));
            lock = lock(folder);
            var data = new DataFolder(folder, lock);
            data.clearUploads();
            return data;
        } catch (IOException e) {
            close(lock);
            throw unwritable(folder, e);
        }
    }

    Path store() {
        return folder.resolve("store.db");
    }

    /// The same, made if it is missing; nobody but its owner may read the fleet's keys.
    Path ownersStore() {
        Path file = store();
        try {
            if (!Files.exists(file)) {
                Files.createFile(file, ownerOnly(folder, "rw-------"));
            } else if (isPosix(folder)) {
                Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
            }
            return file;
        } catch (IOException e) {
            throw unwritable(folder, e);
        }
    }

    Path secretsKey() {
        return folder.resolve("secrets.key");
    }

    Path uploads() {
        return folder.resolve("uploads");
    }

    Path operatorTokenFile() {
        return folder.resolve("operator.token");
    }

    /// The token in its file, if one is there.
    Optional<String> operatorToken() {
        try {
            String text = readSmall(operatorTokenFile()).strip();
            return TOKEN.matcher(text).matches() ? Optional.of(text) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /// Writes the token for its owner only, whole or not at all.
    void writeOperatorToken(String token) {
        Path file = operatorTokenFile();
        Path fresh = folder.resolve("operator.token.new");
        try {
            Files.deleteIfExists(fresh);
            Files.createFile(fresh, ownerOnly(folder, "rw-------"));
            try (var channel = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
                channel.write(ByteBuffer.wrap((token + "\n").getBytes(US_ASCII)));
                channel.force(true);
            }
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
            // its name as well: with another token the store's would be nobody's
            try (var names = FileChannel.open(folder, StandardOpenOption.READ)) {
                names.force(true);
            }
        } catch (IOException e) {
            throw unwritable(folder, e);
        }
    }

    private void clearUploads() throws IOException {
        Files.createDirectories(uploads());
        try (var left = Files.newDirectoryStream(uploads())) {
            for (Path file : left) {
                Files.deleteIfExists(file);
            }
        }
    }

    /// Whoever may not have the lock closes its channel, which on POSIX systems takes the lock from
    /// a holder in the same process: one process must open a folder once.
    private static FileChannel lock(Path folder) throws IOException {
        Path file = folder.resolve("lock");
        var channel =
                FileChannel.open(
                        file,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE);
        if (!tryLock(channel)) {
            String holder = readSmall(file).strip();
            close(channel);
            throw new ControlPlaneException(
                    "data folder %s is in use by process %s"
                            .formatted(folder, holder.isEmpty() ? "unknown" : holder));
        }
        channel.truncate(0);
        channel.write(ByteBuffer.wrap((ProcessHandle.current().pid() + "\n").getBytes(US_ASCII)));
        return channel;
    }

    private static boolean tryLock(FileChannel channel) throws IOException {
        try {
            FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    private static String readSmall(Path file) throws IOException {
        try (var in = Files.newInputStream(file)) {
            return new String(in.readNBytes(SMALL_FILE_BYTES_MAX), US_ASCII);
        }
    }

    private static boolean isPosix(Path folder) {
        return folder.getFileSystem().supportedFileAttributeViews().contains("posix");
    }

    private static FileAttribute<?>[] ownerOnly(Path folder, String permissions) {
        return isPosix(folder)
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString(permissions))
                }
                : new FileAttribute<?>[0];
    }

    private static ControlPlaneException unwritable(Path folder, IOException e) {
        String why =
                switch (e) {
                    case AccessDeniedException _ -> "permission denied";
                    case FileAlreadyExistsException _ -> "it is a file";
                    default -> String.valueOf(e.getMessage());
                };
        return new ControlPlaneException(
                "data folder %s can't be written: %s".formatted(folder, why), e);
    }

    private static void close(@Nullable FileChannel channel) {
        if (channel != null) {
            try {
                channel.close();
            } catch (IOException e) {
                throw new ControlPlaneException("the data folder's lock can't be released", e);
            }
        }
    }

    /// Lets go of the folder.
    @Override
    public void close() {
        close(lock);
    }
}

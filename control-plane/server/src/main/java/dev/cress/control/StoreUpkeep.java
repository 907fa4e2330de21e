package dev.cress.control;

import dev.cress.control.store.SecretKeeping;
import dev.cress.control.store.StoreCopy;
import dev.cress.control.store.StoreCopy.Copied;
import dev.cress.control.store.StoreException;
import dev.cress.control.store.StoreLocation;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.function.Supplier;

/// What an operator does with a store besides serving it. Places are named by a data folder or by a
/// URL, `jdbc:postgresql://…`. A [ControlPlaneException] says what is in the way; then nothing was
/// changed. All of it blocks as long as it takes.
public final class StoreUpkeep {
    private static final long BYTES_MAX = ControlPlaneConfig.Caps.DEFAULT.storeBytesMax();

    private StoreUpkeep() {}

    /// Moves the store of a control plane that is stopped to a database that is empty. What else is
    /// in the folder stays, the operator's token among it.
    public static Copied move(Path dataFolder, String url) {
        requireStore(dataFolder);
        return explained(
                () -> {
                    try (var folder = DataFolder.open(dataFolder)) {
                        return StoreCopy.move(inFile(folder.store()), StoreLocation.ofUrl(url));
                    }
                });
    }

    /// Copies a store to a new file, while it is in use. Who has the file has the fleet's keys: it
    /// is for its owner only.
    ///
    /// @param from a data folder or a URL
    public static Copied backup(String from, Path file) {
        create(file);
        boolean done = false;
        try {
            Copied copied =
                    explained(
                            () -> {
                                if (isUrl(from)) {
                                    return StoreCopy.backup(
                                            StoreLocation.ofUrl(from), inFile(file));
                                }
                                Path folder = Path.of(from);
                                requireStore(folder);
                                return StoreCopy.backup(
                                        inFile(folder.resolve("store.db")), inFile(file));
                            });
            done = true;
            return copied;
        } finally {
            if (!done) {
                delete(file);
            }
        }
    }

    /// Puts a backup into a place that is empty: a data folder without a store, or a database.
    public static Copied restore(Path file, String to) {
        if (!Files.isRegularFile(file)) {
            throw new ControlPlaneException("there is no backup %s".formatted(file));
        }
        return explained(
                () -> {
                    if (isUrl(to)) {
                        return StoreCopy.restore(inFile(file), StoreLocation.ofUrl(to));
                    }
                    try (var folder = DataFolder.open(Path.of(to))) {
                        return StoreCopy.restore(inFile(file), inFile(folder.store()));
                    }
                });
    }

    /// Takes all secrets out of a store that no control plane uses: the key for them is lost.
    ///
    /// @param from a data folder, or the URL of a database
    /// @return how many went
    public static long forgetSecrets(String from) {
        return explained(
                () -> {
                    if (isUrl(from)) {
                        return SecretKeeping.forget(StoreLocation.ofUrl(from));
                    }
                    requireStore(Path.of(from));
                    try (var folder = DataFolder.open(Path.of(from))) {
                        return SecretKeeping.forget(inFile(folder.store()));
                    }
                });
    }

    private static boolean isUrl(String place) {
        return place.startsWith("jdbc:");
    }

    private static StoreLocation.InFile inFile(Path file) {
        return new StoreLocation.InFile(file, BYTES_MAX);
    }

    private static void requireStore(Path dataFolder) {
        if (!Files.exists(dataFolder.resolve("store.db"))) {
            throw new ControlPlaneException("data folder %s has no store.db".formatted(dataFolder));
        }
    }

    private static void create(Path file) {
        try {
            boolean posix = file.getFileSystem().supportedFileAttributeViews().contains("posix");
            if (posix) {
                Files.createFile(
                        file,
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rw-------")));
            } else {
                Files.createFile(file);
            }
        } catch (FileAlreadyExistsException e) {
            throw new ControlPlaneException("%s is there already".formatted(file), e);
        } catch (IOException e) {
            throw new ControlPlaneException(
                    "%s can't be written: %s".formatted(file, e.getMessage()), e);
        }
    }

    private static void delete(Path file) {
        try {
            for (String end : new String[] {"", "-wal", "-shm"}) {
                Files.deleteIfExists(file.resolveSibling(file.getFileName() + end));
            }
        } catch (IOException e) {
            throw new ControlPlaneException("%s can't be removed again".formatted(file), e);
        }
    }

    private static <T> T explained(Supplier<T> work) {
        try {
            return work.get();
        } catch (StoreException e) {
            throw new ControlPlaneException("store " + e.getMessage(), e);
        }
    }
}

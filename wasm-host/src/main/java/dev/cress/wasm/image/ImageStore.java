package dev.cress.wasm.image;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Built images on disk, by module and build of Cress, signed with a key that stands beside them,
/// so that what a disk spoiled is built anew rather than run. Bounded by bytes: the image that was
/// used longest ago goes first. Thread-safe; several processes may share a folder.
public final class ImageStore {
    private static final Logger LOG = LoggerFactory.getLogger(ImageStore.class);
    private static final String SUFFIX = ".image";
    private static final String PART_SUFFIX = ".new";

    /// Longer than any write of a part takes: one that is older was left by a process that ended.
    private static final Duration PART_AGE_MAX = Duration.ofHours(1);

    /// Files of which it is known what is in them, some 200 bytes each.
    private static final int LOOKED_MAX = 10_000;

    private final Path folder;
    private final long bytesMax;
    private final Cache<String, Looked> looked =
            Caffeine.newBuilder().maximumSize(LOOKED_MAX).build();
    private @Nullable KeyPair keys;

    /// Deletes what earlier processes have left half-written in the folder. It is made when it is
    /// first needed; without it every image is built.
    ///
    /// @param bytesMax of all images in it
    public ImageStore(Path folder, long bytesMax) {
        this.folder = folder;
        this.bytesMax = bytesMax;
        deleteLeftParts();
    }

    /// Those of a process that is at work beside this one are younger.
    private void deleteLeftParts() {
        if (!Files.isDirectory(folder)) {
            return;
        }
        Instant oldest = Instant.now().minus(PART_AGE_MAX);
        try (DirectoryStream<Path> parts = Files.newDirectoryStream(folder, "*" + PART_SUFFIX)) {
            for (Path part : parts) {
                deleteIfOlder(part, oldest);
            }
        } catch (IOException | DirectoryIteratorException e) {
            LOG.warn("half-written images stay in {}: {}", folder, e.toString());
        }
    }

    private static void deleteIfOlder(Path part, Instant oldest) throws IOException {
        try {
            if (Files.getLastModifiedTime(part).toInstant().isBefore(oldest)) {
                Files.deleteIfExists(part);
            }
        } catch (NoSuchFileException e) {
            // another process was faster
        }
    }

    /// The image of this module, if there is one that is whole and of this build.
    ///
    /// @param name of the module and what else it was built by; letters, digits, `-`
    public Optional<ImageContent> find(String name) {
        Path file = file(name);
        try {
            byte[] image = ImageSeal.open(name, Files.readAllBytes(file), keys().getPublic());
            ImageContent content = ImageFile.read(image);
            Files.setLastModifiedTime(file, FileTime.from(Instant.now()));
            return Optional.of(content);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            LOG.warn("image {} is built anew: {}", file, e.getMessage());
            return Optional.empty();
        }
    }

    /// The file of this image, if there is one that is whole and of this build. It is read
    /// once, and again when it is another file.
    public Optional<KeptImage> kept(String name) {
        Path file = file(name);
        try {
            var is = Files.readAttributes(file, BasicFileAttributes.class);
            Looked before = looked.getIfPresent(name);
            KeptImage image =
                    before != null && before.isOf(is)
                            ? before.image
                            : ImageSeal.look(name, file, keys().getPublic());
            looked.put(name, new Looked(image, is.fileKey(), is.size()));
            Files.setLastModifiedTime(file, FileTime.from(Instant.now()));
            return Optional.of(image);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            LOG.warn("image {} is built anew: {}", file, e.getMessage());
            return Optional.empty();
        }
    }

    /// A file that was read. An image is never changed, but replaced by another file.
    private record Looked(KeptImage image, @Nullable Object fileKey, long bytes) {
        boolean isOf(BasicFileAttributes file) {
            return fileKey != null && fileKey.equals(file.fileKey()) && bytes == file.size();
        }
    }

    /// Has the image of this module built anew.
    public void drop(String name) {
        try {
            Files.deleteIfExists(file(name));
        } catch (IOException e) {
            LOG.warn("image {} can't be deleted: {}", name, e.toString());
        }
    }

    /// Whether there is an image of this module; it may still turn out to be spoiled.
    public boolean has(String name) {
        return Files.exists(file(name));
    }

    /// Keeps an image. That it can't be kept costs a build later, no more.
    public void keep(String name, ImageContent image) {
        try {
            byte[] sealed = ImageSeal.seal(name, ImageFile.write(image), keys().getPrivate());
            if (sealed.length > bytesMax) {
                return;
            }
            Path part = Files.createTempFile(folder, name, PART_SUFFIX);
            try {
                Files.write(part, sealed);
                Files.move(part, file(name), StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(part);
            }
            makeRoom();
        } catch (IOException e) {
            LOG.warn("image {} can't be kept: {}", name, e.toString());
        }
    }

    private Path file(String name) {
        return folder.resolve(name + SUFFIX);
    }

    private void makeRoom() throws IOException {
        record Kept(Path file, long bytes, FileTime used) {}
        List<Kept> kept;
        try (Stream<Path> files = Files.list(folder)) {
            kept =
                    files.filter(f -> f.getFileName().toString().endsWith(SUFFIX))
                            .map(
                                    f -> {
                                        try {
                                            return new Kept(
                                                    f, Files.size(f), Files.getLastModifiedTime(f));
                                        } catch (IOException e) {
                                            // another process was faster
                                            return new Kept(f, 0, FileTime.fromMillis(0));
                                        }
                                    })
                            .sorted(Comparator.comparing(Kept::used))
                            .toList();
        }
        long bytes = kept.stream().mapToLong(Kept::bytes).sum();
        for (Kept oldest : kept) {
            if (bytes <= bytesMax) {
                return;
            }
            Files.deleteIfExists(oldest.file());
            bytes -= oldest.bytes();
        }
    }

    /// The folder's own keys, made when there are none. Of two processes that make them at once the
    /// later one's stay, and the other's images are built anew.
    private synchronized KeyPair keys() throws IOException {
        KeyPair known = keys;
        if (known == null) {
            Files.createDirectories(folder);
            known = readKeys(folder);
            keys = known;
        }
        return known;
    }

    private static KeyPair readKeys(Path folder) throws IOException {
        Path file = folder.resolve("image.key");
        if (!Files.exists(file)) {
            Path part =
                    Files.createTempFile(
                            folder,
                            "image",
                            PART_SUFFIX,
                            PosixFilePermissions.asFileAttribute(
                                    PosixFilePermissions.fromString("rw-------")));
            Files.write(part, ImageSeal.encode(ImageSeal.newKeys()));
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
        }
        try {
            return ImageSeal.decode(Files.readAllBytes(file));
        } catch (IOException e) {
            throw new IOException(
                    "%s can't be read: delete it, and images are built anew".formatted(file), e);
        }
    }
}

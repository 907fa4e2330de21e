package dev.cress.cli;

import dev.cress.contract.Api;
import dev.cress.contract.Bundle;
import dev.cress.contract.BundleIndex;
import dev.cress.contract.ContractException;
import dev.cress.contract.Sha256;

import org.jspecify.annotations.Nullable;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.time.LocalDateTime;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/// A folder of files that a version brings, packed into one archive: the same files make the same
/// bytes, whatever their times and their order on disk. Hidden files stay where they are, but for
/// `.well-known`.
///
/// @param serve whether nodes answer requests for the files without the guest
record AssetFolder(Path dir, boolean serve) {
    /// The earliest time that a ZIP file can say.
    private static final LocalDateTime NO_TIME = LocalDateTime.of(1980, 1, 1, 0, 0);

    private static final String WELL_KNOWN = ".well-known";

    /// What a manifest says of it, relative to the manifest.
    static Optional<AssetFolder> of(Path manifest, ManifestFile.@Nullable Assets written) {
        if (written == null) {
            return Optional.empty();
        }
        if (written.dir() == null) {
            throw new CliException(
                    "%s names no folder of assets: dir = \"public\"".formatted(manifest));
        }
        return Optional.of(
                new AssetFolder(manifest.resolveSibling(written.dir()), written.serve()));
    }

    private interface Use {
        Bundle of(Path archive) throws IOException;
    }

    /// Packs and stores them.
    Bundle upload(ControlClient client) {
        return packed(
                archive -> {
                    Api.BundleInfo stored = client.uploadAssets(archive);
                    return new Bundle(stored.sha256(), stored.bytes(), serve);
                });
    }

    /// What they come to, packed.
    Bundle bundle() {
        return packed(
                archive -> {
                    var digest = Sha256.digest();
                    try (var in = new DigestInputStream(Files.newInputStream(archive), digest)) {
                        long bytes = in.transferTo(OutputStream.nullOutputStream());
                        return new Bundle(Sha256.ofDigest(digest.digest()), bytes, serve);
                    }
                });
    }

    private Bundle packed(Use use) {
        try {
            Path archive = Files.createTempFile("cress-assets", ".zip");
            try {
                pack(archive);
                return use.of(archive);
            } finally {
                Files.delete(archive);
            }
        } catch (NotDirectoryException e) {
            throw new CliException("assets %s are no folder".formatted(dir));
        } catch (ContractException e) {
            throw new CliException("assets %s: %s".formatted(dir, e.getMessage()));
        } catch (IOException e) {
            throw new CliException("assets %s can't be packed: %s".formatted(dir, e));
        }
    }

    void pack(Path archive) throws IOException {
        Map<String, Path> files = files();
        requireWithinLimits(files);
        try (var zip =
                new ZipOutputStream(new BufferedOutputStream(Files.newOutputStream(archive)))) {
            zip.setMethod(ZipOutputStream.STORED);
            for (var file : files.entrySet()) {
                var entry = new ZipEntry(file.getKey());
                entry.setTimeLocal(NO_TIME);
                entry.setSize(Files.size(file.getValue()));
                entry.setCrc(crc(file.getValue()));
                zip.putNextEntry(entry);
                Files.copy(file.getValue(), zip);
                zip.closeEntry();
            }
        }
    }

    private static void requireWithinLimits(Map<String, Path> files) throws IOException {
        if (files.size() > BundleIndex.FILES_MAX) {
            throw new CliException(
                    "assets have %d files, at most %d"
                            .formatted(files.size(), BundleIndex.FILES_MAX));
        }
        long bytes = 0;
        for (var file : files.entrySet()) {
            BundleIndex.requirePath(file.getKey());
            bytes += Files.size(file.getValue());
        }
        if (bytes > BundleIndex.BYTES_MAX) {
            throw new CliException(
                    "assets have %d MiB, at most %d MiB"
                            .formatted((bytes + (1 << 20) - 1) >> 20, BundleIndex.BYTES_MAX >> 20));
        }
    }

    /// By their paths, in order.
    private Map<String, Path> files() throws IOException {
        if (!Files.isDirectory(dir)) {
            throw new NotDirectoryException(dir.toString());
        }
        Map<String, Path> files = new TreeMap<>();
        collect(dir, "", files);
        return files;
    }

    private static void collect(Path folder, String below, Map<String, Path> files)
            throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            for (Path entry : entries.toList()) {
                String name = entry.getFileName().toString();
                if (name.startsWith(".") && !name.equals(WELL_KNOWN)) {
                    continue;
                }
                String path = below + name;
                if (Files.isSymbolicLink(entry)) {
                    throw new CliException("assets have a link, which isn't followed: " + entry);
                }
                if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
                    collect(entry, path + '/', files);
                } else {
                    files.put(path, entry);
                }
            }
        }
    }

    private static long crc(Path file) throws IOException {
        var crc = new CRC32();
        try (InputStream in = Files.newInputStream(file)) {
            byte[] piece = new byte[64 << 10];
            for (int count = in.read(piece); count >= 0; count = in.read(piece)) {
                crc.update(piece, 0, count);
            }
        }
        return crc.getValue();
    }
}

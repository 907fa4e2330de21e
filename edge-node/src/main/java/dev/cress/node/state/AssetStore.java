package dev.cress.node.state;

import static java.util.stream.Collectors.toSet;

import dev.cress.contract.Bundle;
import dev.cress.contract.ContractException;
import dev.cress.contract.Sha256;
import dev.cress.node.assets.AssetFiles;

import java.io.IOException;
import java.io.InputStream;
import java.lang.ref.WeakReference;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/// Archives of files on the node's disk, `assets/SHA.zip`. One gets its name when it is whole and
/// what the name says; it is read where it lies. The staging thread's, but for [#keep].
final class AssetStore {
    private static final String BESIDE = ".new";
    private static final int PIECE_BYTES = 64 << 10;

    private final Path folder;
    private final ModuleSource source;

    /// Versions of one function mostly bring the same files.
    private final Map<Sha256, WeakReference<AssetFiles>> open = new HashMap<>();

    AssetStore(Path folder, ModuleSource source) {
        this.folder = folder;
        this.source = source;
    }

    /// The files of a version, from disk or from where versions come from. Blocks.
    AssetFiles files(Bundle bundle) throws IOException, InterruptedException {
        open.values().removeIf(files -> files.get() == null);
        Path archive = folder.resolve(name(bundle.sha256()));
        if (!Files.exists(archive)) {
            fetch(bundle, archive);
        }
        WeakReference<AssetFiles> known = open.get(bundle.sha256());
        AssetFiles files = known == null ? null : known.get();
        if (files == null) {
            files = open(archive);
            open.put(bundle.sha256(), new WeakReference<>(files));
        }
        return files;
    }

    private static AssetFiles open(Path archive) throws IOException {
        try {
            return AssetFiles.open(archive);
        } catch (ContractException damaged) {
            Files.delete(archive);
            throw new IOException("%s: %s".formatted(archive, damaged.getMessage()), damaged);
        }
    }

    private void fetch(Bundle bundle, Path archive) throws IOException, InterruptedException {
        Files.createDirectories(folder);
        Path beside = archive.resolveSibling(archive.getFileName() + BESIDE);
        source.fetch(bundle, beside);
        Sha256 found = digest(beside);
        if (!found.equals(bundle.sha256())) {
            Files.delete(beside);
            throw new IOException(
                    "assets %s arrived as %s"
                            .formatted(bundle.sha256().shortHex(), found.shortHex()));
        }
        try (FileChannel channel = FileChannel.open(beside, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        Files.move(beside, archive, StandardCopyOption.ATOMIC_MOVE);
        NodeStore.force(folder);
    }

    private static Sha256 digest(Path file) throws IOException {
        MessageDigest digest = Sha256.digest();
        try (InputStream in = Files.newInputStream(file)) {
            byte[] piece = new byte[PIECE_BYTES];
            for (int count = in.read(piece); count >= 0; count = in.read(piece)) {
                digest.update(piece, 0, count);
            }
        }
        return Sha256.ofDigest(digest.digest());
    }

    /// Deletes the archives that nothing names any more. Those who read one go on. Any thread.
    void keep(Set<Sha256> named) throws IOException {
        if (Files.exists(folder)) {
            NodeStore.keep(folder, named.stream().map(AssetStore::name).collect(toSet()));
        }
    }

    private static String name(Sha256 sha256) {
        return sha256.hex() + ".zip";
    }
}

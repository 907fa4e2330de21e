package dev.cress.node.assets;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.cress.contract.BundleIndex;
import dev.cress.contract.Sha256;
import dev.cress.wasm.guest.Assets;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// The files of one archive on disk, as they are in it. Guests read a mapping of it, not a channel:
/// an interrupt that stops a guest would close that for everybody. The mapping goes when nobody has
/// this any more. Thread-safe.
public final class AssetFiles implements Assets {
    /// Of a file's digest: enough to tell contents apart.
    private static final int ETAG_BYTES = 16;

    private static final int PIECE_BYTES = 1 << 20;

    private final Path archive;
    private final MemorySegment content;
    private final Map<String, Node> nodes;

    private AssetFiles(Path archive, MemorySegment content, BundleIndex index) {
        this.archive = archive;
        this.content = content;
        this.nodes = nodes(index);
    }

    /// Opens an archive. Reads all of it once, so not on an event loop; throws
    /// [dev.cress.contract.ContractException] if it is none.
    public static AssetFiles open(Path archive) throws IOException {
        try (FileChannel channel = FileChannel.open(archive)) {
            BundleIndex index = BundleIndex.read(channel);
            MemorySegment content =
                    channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), Arena.ofAuto());
            return new AssetFiles(archive, content, index);
        }
    }

    private Map<String, Node> nodes(BundleIndex index) {
        Map<String, Node> all = new HashMap<>();
        Map<String, List<String>> folders = new HashMap<>();
        folders.put("", new ArrayList<>());
        // sorted, so that numbers and listings are the same on every node
        for (var entry : new TreeMap<>(index.files()).entrySet()) {
            String path = entry.getKey();
            all.put(path, new StoredFile(all.size() + 1, entry.getValue()));
            enter(path, folders);
        }
        long id = all.size();
        for (var folder : new TreeMap<>(folders).entrySet()) {
            all.put(folder.getKey(), new Folder(++id, folder.getValue()));
        }
        return Map.copyOf(all);
    }

    /// Into the folder that it is in, and that one into its own, if it is new.
    private static void enter(String path, Map<String, List<String>> folders) {
        String child = path;
        while (true) {
            int slash = child.lastIndexOf('/');
            String folder = slash < 0 ? "" : child.substring(0, slash);
            List<String> known = folders.get(folder);
            List<String> names = known == null ? new ArrayList<>() : known;
            names.add(child.substring(slash + 1));
            if (known != null) {
                return;
            }
            folders.put(folder, names);
            child = folder;
        }
    }

    @Override
    public Optional<Node> find(String path) {
        return Optional.ofNullable(nodes.get(path));
    }

    Optional<StoredFile> file(String path) {
        return nodes.get(path) instanceof StoredFile file ? Optional.of(file) : Optional.empty();
    }

    /// One of them.
    final class StoredFile implements File {
        private final long id;
        private final long offset;
        private final long size;
        private final String etag;

        private StoredFile(long id, BundleIndex.File place) {
            this.id = id;
            this.offset = place.offset();
            this.size = place.bytes();
            this.etag = '"' + digest() + '"';
        }

        private String digest() {
            MessageDigest digest = Sha256.digest();
            for (long at = 0; at < size; at += PIECE_BYTES) {
                long length = Math.min(PIECE_BYTES, size - at);
                digest.update(content.asSlice(offset + at, length).asByteBuffer());
            }
            return HexFormat.of().formatHex(digest.digest(), 0, ETAG_BYTES);
        }

        Path archive() {
            return archive;
        }

        /// Where in the archive it begins.
        long offset() {
            return offset;
        }

        /// A strong validator (RFC 9110 §8.8.3), quoted.
        String etag() {
            return etag;
        }

        @Override
        public long id() {
            return id;
        }

        @Override
        public long size() {
            return size;
        }

        @Override
        public int read(long at, byte[] into, int from, int length) throws IOException {
            if (at >= size) {
                return -1;
            }
            int count = (int) Math.min(length, size - at);
            try {
                MemorySegment.copy(content, JAVA_BYTE, offset + at, into, from, count);
            } catch (InternalError e) {
                // a page that the disk doesn't give
                throw new IOException("archive %s can't be read".formatted(archive), e);
            }
            return count;
        }
    }
}

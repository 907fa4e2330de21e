package dev.cress.contract;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.CharacterCodingException;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/// What is where in a [Bundle]'s archive: a ZIP file (APPNOTE 6.3) whose files are stored as they
/// are, not compressed, one behind the other. So a node serves them from the archive as it came,
/// and nothing in it can be larger than the archive.
///
/// @param files by their paths: names with `/` between them, none of them empty, `.` or `..`
public record BundleIndex(Map<String, File> files) {
    /// Bytes of an archive.
    public static final int BYTES_MAX = 100 << 20;

    public static final int FILES_MAX = 10_000;

    /// Folders that files are in, and those that these are in.
    public static final int FOLDERS_MAX = 10_000;

    /// Bytes of a file's path, as UTF-8.
    public static final int PATH_BYTES_MAX = 1_024;

    private static final int END_BYTES = 22;
    private static final int END_MAGIC = 0x06054b50;
    private static final int ENTRY_BYTES = 46;
    private static final int ENTRY_MAGIC = 0x02014b50;
    private static final int LOCAL_BYTES = 30;
    private static final int LOCAL_MAGIC = 0x04034b50;

    /// A file's place in the archive, and its CRC-32.
    public record File(long offset, long bytes, long crc) {}

    public BundleIndex {
        files = Map.copyOf(files);
    }

    /// Reads an archive's directory. Throws [ContractException] with what is wrong with it. What is
    /// in the files isn't looked at.
    public static BundleIndex read(SeekableByteChannel archive) throws IOException {
        long size = archive.size();
        require(size <= BYTES_MAX, "has %d bytes, at most %d".formatted(size, BYTES_MAX));
        require(size >= END_BYTES, "is no ZIP file");
        ByteBuffer end = part(archive, size - END_BYTES, END_BYTES);
        require(end.getInt(0) == END_MAGIC && end.getShort(20) == 0, "is no plain ZIP file");
        int count = Short.toUnsignedInt(end.getShort(10));
        require(count <= FILES_MAX, "has %d files, at most %d".formatted(count, FILES_MAX));
        long at = Integer.toUnsignedLong(end.getInt(16));
        long length = Integer.toUnsignedLong(end.getInt(12));
        require(at + length == size - END_BYTES, "has a directory that isn't at its end");
        ByteBuffer directory = part(archive, at, (int) length);
        var files = LinkedHashMap.<String, File>newLinkedHashMap(count);
        long free = 0;
        for (int i = 0; i < count; i++) {
            require(directory.remaining() >= ENTRY_BYTES, "has a directory that is cut off");
            Entry entry = Entry.next(directory);
            if (entry.isFolder()) {
                continue;
            }
            requirePath(entry.path);
            require(entry.local >= free, "has files that overlap: " + entry.path);
            File file = entry.file(archive, at);
            free = file.offset + file.bytes;
            require(files.put(entry.path, file) == null, "has %s twice".formatted(entry.path));
        }
        require(!directory.hasRemaining(), "has more in its directory than it says");
        requireFewFolders(files.keySet());
        return new BundleIndex(files);
    }

    /// An entry of the directory.
    private record Entry(String path, long local, long bytes, long crc) {
        static Entry next(ByteBuffer directory) {
            ByteBuffer head = directory.slice(directory.position(), ENTRY_BYTES);
            head.order(ByteOrder.LITTLE_ENDIAN);
            require(head.getInt(0) == ENTRY_MAGIC, "has a directory that can't be read");
            int nameBytes = Short.toUnsignedInt(head.getShort(28));
            int extra =
                    Short.toUnsignedInt(head.getShort(30)) + Short.toUnsignedInt(head.getShort(32));
            directory.position(directory.position() + ENTRY_BYTES);
            require(directory.remaining() >= nameBytes + extra, "has a directory that is cut off");
            String path = path(directory.slice(directory.position(), nameBytes));
            directory.position(directory.position() + nameBytes + extra);
            long bytes = Integer.toUnsignedLong(head.getInt(24));
            require(
                    head.getShort(10) == 0 && Integer.toUnsignedLong(head.getInt(20)) == bytes,
                    "has %s compressed: files are to be stored (zip -0)".formatted(path));
            require((head.getShort(8) & 1) == 0, "has %s encrypted".formatted(path));
            return new Entry(
                    path,
                    Integer.toUnsignedLong(head.getInt(42)),
                    bytes,
                    Integer.toUnsignedLong(head.getInt(16)));
        }

        private static String path(ByteBuffer name) {
            require(
                    name.remaining() <= PATH_BYTES_MAX,
                    "has a path of %d bytes, at most %d"
                            .formatted(name.remaining(), PATH_BYTES_MAX));
            try {
                return UTF_8.newDecoder().decode(name).toString();
            } catch (CharacterCodingException e) {
                throw refused("has a path that isn't UTF-8");
            }
        }

        /// Folders are there by the files in them.
        boolean isFolder() {
            return bytes == 0 && path.endsWith("/");
        }

        /// What is said before the file itself must be the same, but for what comes after its name.
        File file(SeekableByteChannel archive, long end) throws IOException {
            require(local + LOCAL_BYTES <= end, "is cut off at " + path);
            ByteBuffer head = part(archive, local, LOCAL_BYTES);
            long names =
                    (long) Short.toUnsignedInt(head.getShort(26))
                            + Short.toUnsignedInt(head.getShort(28));
            long offset = local + LOCAL_BYTES + names;
            require(
                    head.getInt(0) == LOCAL_MAGIC && offset + bytes <= end,
                    "is cut off at " + path);
            return new File(offset, bytes, crc);
        }
    }

    /// Throws when this can't be a file's path in an archive.
    public static void requirePath(String path) {
        boolean plain = path.chars().noneMatch(c -> c < ' ' || c == 0x7f || c == '\\');
        boolean sound = plain && !path.isEmpty() && path.getBytes(UTF_8).length <= PATH_BYTES_MAX;
        for (String name : path.split("/", -1)) {
            sound &= !name.isEmpty() && !name.equals(".") && !name.equals("..");
            sound &= name.getBytes(UTF_8).length <= 255;
        }
        require(sound, "has a path that can't be served: '%s'".formatted(path));
    }

    /// Folders cost their reader as much as files, and a path of a kilobyte names five hundred.
    private static void requireFewFolders(Set<String> paths) {
        var folders = new HashSet<String>();
        for (String path : paths) {
            int slash = path.lastIndexOf('/');
            while (slash > 0 && folders.add(path.substring(0, slash))) {
                require(
                        folders.size() <= FOLDERS_MAX,
                        "has more than %d folders".formatted(FOLDERS_MAX));
                slash = path.lastIndexOf('/', slash - 1);
            }
        }
        for (String folder : folders) {
            require(!paths.contains(folder), "has %s as a file and as a folder".formatted(folder));
        }
    }

    private static ByteBuffer part(SeekableByteChannel archive, long at, int count)
            throws IOException {
        var bytes = ByteBuffer.allocate(count).order(ByteOrder.LITTLE_ENDIAN);
        archive.position(at);
        while (bytes.hasRemaining() && archive.read(bytes) >= 0) {}
        require(!bytes.hasRemaining(), "is cut off");
        return bytes.flip();
    }

    private static void require(boolean sound, String otherwise) {
        if (!sound) {
            throw refused(otherwise);
        }
    }

    private static ContractException refused(String what) {
        return new ContractException("invalid-assets", "the archive " + what);
    }
}

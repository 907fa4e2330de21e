package dev.cress.wasm.wasi;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.cress.wasm.guest.Assets;
import dev.cress.wasm.memory.GuestMemory;
import dev.cress.wasm.wasi.Descriptor.OpenFolder;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/// Files for guests of tests: what a version brought at `/` (descriptor 3), scratch at `/tmp` (4).
final class FileSystems {
    static final long SCRATCH_BYTES = 256 << 10;

    private static final Assets SITE =
            assets(
                    Map.of(
                            "index.html", "<p>Hello",
                            "css/site.css", "p { color: red }",
                            "css/empty.css", "",
                            "deep/er/file", "x".repeat(100_000)));

    private FileSystems() {}

    static List<OpenFolder> both(GuestMemory memory) {
        return List.of(
                new OpenFolder(AssetFolder.root(SITE).orElseThrow(), "/"),
                new OpenFolder(Scratch.folder(memory, SCRATCH_BYTES), "/tmp"));
    }

    /// Files in memory, by their paths.
    static Assets assets(Map<String, String> files) {
        Map<String, Assets.Node> nodes = new TreeMap<>();
        for (var file : files.entrySet()) {
            nodes.put(file.getKey(), new Text(nodes.size() + 1, file.getValue().getBytes(UTF_8)));
        }
        var folders = new TreeSet<>(List.of(""));
        for (String path : files.keySet()) {
            for (int at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) {
                folders.add(path.substring(0, at));
            }
        }
        var all = new TreeSet<>(folders);
        all.addAll(files.keySet());
        for (String folder : folders) {
            String below = folder.isEmpty() ? "" : folder + '/';
            var names = new ArrayList<String>();
            for (String path : all) {
                String name = path.startsWith(below) ? path.substring(below.length()) : "";
                if (!name.isEmpty() && name.indexOf('/') < 0) {
                    names.add(name);
                }
            }
            nodes.put(folder, new Assets.Folder(nodes.size() + 1, names));
        }
        return path -> Optional.ofNullable(nodes.get(path));
    }

    private static final class Text implements Assets.File {
        private final long id;
        private final byte[] bytes;

        Text(long id, byte[] bytes) {
            this.id = id;
            this.bytes = bytes;
        }

        @Override
        public long id() {
            return id;
        }

        @Override
        public long size() {
            return bytes.length;
        }

        @Override
        public int read(long at, byte[] into, int offset, int length) {
            if (at >= bytes.length) {
                return -1;
            }
            int count = (int) Math.min(length, bytes.length - at);
            System.arraycopy(bytes, (int) at, into, offset, count);
            return count;
        }
    }
}

package dev.cress.wasm.guest;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

/// Files that a version brings, read-only. Thread-safe.
public interface Assets {
    /// No files.
    Assets NONE = path -> Optional.empty();

    /// What is at this path.
    ///
    /// @param path names with `/` between them, none of them `.` or `..`; empty for the root, which
    ///     is there if any file is
    Optional<Node> find(String path);

    /// A file or a folder.
    sealed interface Node {
        /// Its number, positive and no other node's of these assets.
        long id();
    }

    /// A folder.
    ///
    /// @param names of what is in it, in their order
    record Folder(long id, List<String> names) implements Node {
        public Folder {
            names = List.copyOf(names);
        }
    }

    /// A file.
    non-sealed interface File extends Node {
        long size();

        /// Reads some bytes: at least one, or -1 at the end.
        int read(long at, byte[] into, int offset, int length) throws IOException;
    }
}

package dev.cress.wasm;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.cress.wasm.guest.Assets;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The files of the [Rehearsal], and calls that succeed on them one after the other.
final class RehearsedFiles {
    /// Paths that the calls name, one byte each: a file, a folder, a link, a new name.
    static final byte[] PATHS = "fdln".getBytes(US_ASCII);

    /// What may be written in memory.
    static final long SCRATCH_BYTES = 1 << 16;

    private static final int FILE = 0;
    private static final int FOLDER = 1;
    private static final int LINK = 2;
    private static final int NEW = 3;

    /// Stands for an address, to which one of the paths is added.
    private static final long PATH = 1L << 40;

    private static final long READ_AND_WRITE = 1L << 1 | 1L << 6;
    private static final long SITE = 3;
    private static final long TMP = 4;
    private static final long OPENED = 5;
    private static final long COPY = 6;

    private static final Map<String, Assets.Node> NODES =
            Map.of("", new Assets.Folder(1, List.of("f")), "f", new OneByte());

    /// The vector that names the paths is at 0, where answers go as well.
    static final List<Call> CALLS =
            List.of(
                    call("fd_prestat_get", SITE, 0),
                    call("fd_prestat_dir_name", TMP, 0, 4),
                    call("path_open", SITE, 1, PATH + FILE, 1, 0, READ_AND_WRITE, 0, 0, 0),
                    call("path_open", SITE, 1, PATH + FILE, 1, 0, 2, 0, 0, 0),
                    call("fd_read", OPENED, 0, 1, 0),
                    call("fd_pread", OPENED, 0, 1, 0, 0),
                    call("fd_readdir", SITE, 64, 200, 0, 0),
                    call("fd_close", OPENED),
                    call("path_open", TMP, 1, PATH + FILE, 1, 9, READ_AND_WRITE, 0, 0, 0),
                    call("fd_write", OPENED, 0, 1, 0),
                    call("fd_pwrite", OPENED, 0, 1, 9_000, 0),
                    call("fd_pread", OPENED, 0, 1, 0, 0),
                    call("fd_seek", OPENED, 0, 0, 0),
                    call("fd_tell", OPENED, 0),
                    call("fd_read", OPENED, 0, 1, 0),
                    call("fd_advise", OPENED, 0, 0, 0),
                    call("fd_sync", OPENED),
                    call("fd_fdstat_get", OPENED, 64),
                    call("fd_fdstat_set_flags", OPENED, 1),
                    call("fd_filestat_get", OPENED, 64),
                    call("fd_filestat_set_times", OPENED, 0, 0, 10),
                    call("path_filestat_get", TMP, 1, PATH + FILE, 1, 64),
                    call("path_filestat_set_times", TMP, 1, PATH + FILE, 1, 0, 0, 5),
                    call("path_create_directory", TMP, PATH + FOLDER, 1),
                    call("path_symlink", PATH + FOLDER, 1, TMP, PATH + LINK, 1),
                    call("path_readlink", TMP, PATH + LINK, 1, 64, 9, 0),
                    call("path_open", TMP, 1, PATH + LINK, 1, 2, 2, 0, 0, 0),
                    call("fd_fdstat_get", COPY, 64),
                    call("fd_filestat_get", COPY, 64),
                    call("fd_readdir", TMP, 64, 200, 0, 0),
                    call("path_link", TMP, 0, PATH + FILE, 1, COPY, PATH + NEW, 1),
                    call("path_rename", COPY, PATH + NEW, 1, TMP, PATH + NEW, 1),
                    call("path_unlink_file", TMP, PATH + NEW, 1),
                    call("path_unlink_file", TMP, PATH + FILE, 1),
                    call("path_remove_directory", TMP, PATH + FOLDER, 1),
                    call("fd_filestat_set_size", OPENED, 2),
                    call("fd_renumber", OPENED, COPY),
                    call("fd_close", COPY));

    private RehearsedFiles() {}

    /// A call of WASI.
    record Call(String function, List<Long> given) {
        /// @param pathsAt where the paths are
        long[] arguments(int pathsAt) {
            return given.stream()
                    .mapToLong(value -> value >= PATH ? value - PATH + pathsAt : value)
                    .toArray();
        }
    }

    private static Call call(String function, long... arguments) {
        return new Call(function, Arrays.stream(arguments).boxed().toList());
    }

    static Assets assets() {
        return path -> Optional.ofNullable(NODES.get(path));
    }

    /// The smallest file that can be read.
    private static final class OneByte implements Assets.File {
        @Override
        public long id() {
            return 2;
        }

        @Override
        public long size() {
            return 1;
        }

        @Override
        public int read(long at, byte[] into, int offset, int length) {
            return at == 0 ? 1 : -1;
        }
    }
}

package dev.cress.wasm.wasi;

import dev.cress.wasm.wasi.Descriptor.OpenFile;
import dev.cress.wasm.wasi.Descriptor.OpenFolder;
import dev.cress.wasm.wasi.Descriptor.Stream;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;

/// A run's open descriptors by their numbers: the three streams, then the folders that the host
/// opened for it, then what it opens itself.
final class Descriptors {
    /// Open at once in one run.
    static final int OPEN_MAX = 256;

    private static final int FIRST_FOLDER = 3;

    private final Supplier<List<OpenFolder>> mounts;
    private @Nullable Descriptor[] open = {Stream.INPUT, Stream.OUTPUT, Stream.ERROR, null};
    private boolean mounted;

    /// @param mounts asked for when the guest first looks behind its streams
    Descriptors(Supplier<List<OpenFolder>> mounts) {
        this.mounts = mounts;
    }

    Descriptor get(int fd) throws FileFault {
        Descriptor found = at(fd);
        if (found == null) {
            throw new FileFault(Errno.BADF);
        }
        return found;
    }

    private @Nullable Descriptor at(int fd) {
        if (fd >= FIRST_FOLDER) {
            mount();
        }
        return fd >= 0 && fd < open.length ? open[fd] : null;
    }

    private void mount() {
        if (!mounted) {
            mounted = true;
            int fd = FIRST_FOLDER;
            for (OpenFolder folder : mounts.get()) {
                put(fd++, folder);
            }
        }
    }

    OpenFile file(int fd) throws FileFault {
        return switch (get(fd)) {
            case OpenFile file -> file;
            case OpenFolder _ -> throw new FileFault(Errno.ISDIR);
            case Stream _ -> throw new FileFault(Errno.SPIPE);
        };
    }

    FolderInode folder(int fd) throws FileFault {
        return switch (get(fd)) {
            case OpenFolder open -> open.folder();
            case OpenFile _, Stream _ -> throw new FileFault(Errno.NOTDIR);
        };
    }

    /// Gives it a number behind the streams'.
    int add(Descriptor descriptor) throws FileFault {
        mount();
        for (int fd = FIRST_FOLDER; fd < OPEN_MAX; fd++) {
            if (fd >= open.length || open[fd] == null) {
                put(fd, descriptor);
                return fd;
            }
        }
        descriptor.closed();
        throw new FileFault(Errno.MFILE);
    }

    private void put(int fd, Descriptor descriptor) {
        if (fd >= open.length) {
            open = Arrays.copyOf(open, 2 * open.length);
        }
        open[fd] = descriptor;
    }

    void close(int fd) throws FileFault {
        get(fd).closed();
        open[fd] = null;
    }

    /// Gives a descriptor the number of another, which is closed.
    void renumber(int from, int to) throws FileFault {
        Descriptor moved = get(from);
        Descriptor gone = get(to);
        if (from != to) {
            gone.closed();
            open[from] = null;
            open[to] = moved;
        }
    }
}

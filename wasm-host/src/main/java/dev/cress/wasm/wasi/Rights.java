package dev.cress.wasm.wasi;

/// What a descriptor says that may be done with it (`rights` in the witx file). Reading and writing
/// are what a guest asks for as it opens a file; the rest follows from what it opened, and can't be
/// taken away: no program that we know of depends on that, and other hosts have given it up.
final class Rights {
    static final long FD_READ = 1L << 1;
    static final long FD_WRITE = 1L << 6;

    private static final long FD_DATASYNC = 1L;
    private static final long FD_SEEK = 1L << 2;
    private static final long FD_FDSTAT_SET_FLAGS = 1L << 3;
    private static final long FD_SYNC = 1L << 4;
    private static final long FD_TELL = 1L << 5;
    private static final long FD_ADVISE = 1L << 7;
    private static final long FD_ALLOCATE = 1L << 8;
    private static final long PATH_CREATE_DIRECTORY = 1L << 9;
    private static final long PATH_CREATE_FILE = 1L << 10;
    private static final long PATH_LINK_SOURCE = 1L << 11;
    private static final long PATH_LINK_TARGET = 1L << 12;
    private static final long PATH_OPEN = 1L << 13;
    private static final long FD_READDIR = 1L << 14;
    private static final long PATH_READLINK = 1L << 15;
    private static final long PATH_RENAME_SOURCE = 1L << 16;
    private static final long PATH_RENAME_TARGET = 1L << 17;
    private static final long PATH_FILESTAT_GET = 1L << 18;
    private static final long PATH_FILESTAT_SET_TIMES = 1L << 20;
    private static final long FD_FILESTAT_GET = 1L << 21;
    private static final long FD_FILESTAT_SET_SIZE = 1L << 22;
    private static final long FD_FILESTAT_SET_TIMES = 1L << 23;
    private static final long PATH_SYMLINK = 1L << 24;
    private static final long PATH_REMOVE_DIRECTORY = 1L << 25;
    private static final long PATH_UNLINK_FILE = 1L << 26;
    private static final long POLL_FD_READWRITE = 1L << 27;

    /// Of every folder, also of one that nothing can be written to: C libraries ask for no more
    /// than is here, and shall hear that a file system is read-only, not that they may not ask.
    static final long FOLDER =
            PATH_CREATE_DIRECTORY
                    | PATH_CREATE_FILE
                    | PATH_LINK_SOURCE
                    | PATH_LINK_TARGET
                    | PATH_OPEN
                    | FD_READDIR
                    | PATH_READLINK
                    | PATH_RENAME_SOURCE
                    | PATH_RENAME_TARGET
                    | PATH_FILESTAT_GET
                    | PATH_FILESTAT_SET_TIMES
                    | FD_FILESTAT_GET
                    | FD_FILESTAT_SET_TIMES
                    | PATH_SYMLINK
                    | PATH_REMOVE_DIRECTORY
                    | PATH_UNLINK_FILE;

    private static final long FILE =
            FD_DATASYNC
                    | FD_SEEK
                    | FD_FDSTAT_SET_FLAGS
                    | FD_SYNC
                    | FD_TELL
                    | FD_ADVISE
                    | FD_FILESTAT_GET
                    | FD_FILESTAT_SET_TIMES
                    | POLL_FD_READWRITE;
    private static final long WRITTEN = FD_WRITE | FD_ALLOCATE | FD_FILESTAT_SET_SIZE;

    /// What may be asked for of the files in a folder.
    static final long IN_FOLDER = FOLDER | FILE | FD_READ | WRITTEN;

    private Rights() {}

    static long ofFile(boolean reads, boolean writes) {
        return FILE | (reads ? FD_READ : 0) | (writes ? WRITTEN : 0);
    }
}

package dev.cress.wasm.wasi;

/// What a descriptor stands for.
sealed interface Descriptor {
    /// It is closed, or another takes its number.
    default void closed() {}

    /// One of the guest's standard streams.
    enum Stream implements Descriptor {
        INPUT,
        OUTPUT,
        ERROR;

        long rights() {
            return this == INPUT ? Rights.FD_READ : Rights.FD_WRITE;
        }
    }

    /// An open folder.
    ///
    /// @param mountedAs the name under which the guest finds it without opening it, or empty
    record OpenFolder(FolderInode folder, String mountedAs) implements Descriptor {}

    /// An open file, and where in it the next byte is.
    final class OpenFile implements Descriptor {
        static final int APPEND = 1;

        private final FileInode file;
        private final boolean reads;
        private final boolean writes;
        long position;
        int flags;

        OpenFile(FileInode file, boolean reads, boolean writes, int flags) {
            this.file = file;
            this.reads = reads;
            this.writes = writes;
            this.flags = flags;
            file.opened();
        }

        FileInode file() {
            return file;
        }

        long rights() {
            return Rights.ofFile(reads, writes);
        }

        FileInode toRead() throws FileFault {
            return granted(reads);
        }

        FileInode toWrite() throws FileFault {
            return granted(writes);
        }

        private FileInode granted(boolean asked) throws FileFault {
            if (!asked) {
                throw new FileFault(Errno.BADF);
            }
            return file;
        }

        boolean appends() {
            return (flags & APPEND) != 0;
        }

        @Override
        public void closed() {
            file.closed();
        }
    }
}

package dev.cress.wasm.wasi;

/// A file, folder or link in one of a guest's file systems, under whatever names. On the guest's
/// thread, like all that is made of it.
abstract sealed class Inode permits FileInode, FolderInode, LinkInode {
    /// File types of the witx file.
    static final int FOLDER_TYPE = 3;

    static final int FILE_TYPE = 4;
    static final int LINK_TYPE = 7;

    /// Device numbers, which keep the numbers of two file systems apart.
    static final long ASSETS = 1;

    static final long SCRATCH = 2;

    private final long device;
    private final long number;

    /// Names that it has.
    int links = 1;

    long accessedNanos;
    long modifiedNanos;
    long changedNanos;

    /// @param number no other inode's on its device
    Inode(long device, long number) {
        this.device = device;
        this.number = number;
        if (device == SCRATCH) {
            changed();
            accessedNanos = modifiedNanos;
        }
    }

    final long device() {
        return device;
    }

    final long number() {
        return number;
    }

    final boolean isReadOnly() {
        return device == ASSETS;
    }

    abstract int type();

    abstract long size();

    /// Its content is another since now.
    final void changed() {
        modifiedNanos = GuestClock.nanos(GuestClock.REALTIME);
        changedNanos = modifiedNanos;
    }
}

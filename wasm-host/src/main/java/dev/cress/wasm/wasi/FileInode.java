package dev.cress.wasm.wasi;

/// A file's content. What can't be written is what isn't overridden.
abstract non-sealed class FileInode extends Inode {
    FileInode(long device, long number) {
        super(device, number);
    }

    @Override
    final int type() {
        return FILE_TYPE;
    }

    /// Reads some bytes: at least one, or 0 at the end.
    abstract int read(long at, byte[] into, int offset, int length) throws FileFault;

    /// Writes all of them.
    void write(long at, byte[] from, int offset, int length) throws FileFault {
        throw new FileFault(Errno.ROFS);
    }

    /// Cuts it, or appends zeros.
    void resize(long size) throws FileFault {
        throw new FileFault(Errno.ROFS);
    }

    /// One more descriptor has it.
    void opened() {}

    /// One fewer.
    void closed() {}
}

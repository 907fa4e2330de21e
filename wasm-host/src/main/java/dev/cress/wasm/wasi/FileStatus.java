package dev.cress.wasm.wasi;

import dev.cress.wasm.memory.GuestMemory;

/// What a guest is told of a file or a descriptor, as the witx file lays it out.
final class FileStatus {
    private static final int BYTES = 64;

    private FileStatus() {}

    /// `filestat` of a stream.
    static void writeStream(GuestMemory memory, int at) {
        for (int i = 0; i < BYTES; i += 8) {
            memory.writeLong(at + i, 0);
        }
        memory.writeLong(at + 24, 1);
    }

    /// `filestat`.
    static void write(GuestMemory memory, int at, Inode inode) {
        memory.writeLong(at, inode.device());
        memory.writeLong(at + 8, inode.number());
        memory.writeLong(at + 16, inode.type());
        memory.writeLong(at + 24, inode.links);
        memory.writeLong(at + 32, inode.size());
        memory.writeLong(at + 40, inode.accessedNanos);
        memory.writeLong(at + 48, inode.modifiedNanos);
        memory.writeLong(at + 56, inode.changedNanos);
    }

    /// `fdstat`.
    static void writeDescriptor(
            GuestMemory memory, int at, int type, int flags, long rights, long inheriting) {
        memory.writeByte(at, (byte) type);
        memory.writeByte(at + 1, (byte) 0);
        memory.writeShort(at + 2, (short) flags);
        memory.writeI32(at + 4, 0);
        memory.writeLong(at + 8, rights);
        memory.writeLong(at + 16, inheriting);
    }
}

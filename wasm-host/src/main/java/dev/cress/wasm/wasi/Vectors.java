package dev.cress.wasm.wasi;

import dev.cress.wasm.memory.GuestMemory;

/// The buffers that a call names in guest memory: 8 bytes each, where it is and how long.
final class Vectors {
    static final int COUNT_MAX = 1024;

    private final GuestMemory memory;
    private final int at;
    private final int count;

    Vectors(GuestMemory memory, int at, int count) throws FileFault {
        if (count < 0 || count > COUNT_MAX) {
            throw new FileFault(Errno.INVAL);
        }
        this.memory = memory;
        this.at = at;
        this.count = count;
    }

    int count() {
        return count;
    }

    int address(int index) {
        return memory.readInt(at + 8 * index);
    }

    long length(int index) {
        return Integer.toUnsignedLong(memory.readInt(at + 8 * index + 4));
    }

    /// Bytes that the buffers hold together, counted up to so many.
    int size(int bytesMax) {
        int size = 0;
        for (int i = 0; i < count; i++) {
            size = (int) Math.min(size + length(i), bytesMax);
        }
        return size;
    }

    /// Gathers the first so many of them.
    void gather(byte[] into, int size) {
        int filled = 0;
        for (int i = 0; filled < size; i++) {
            int some = (int) Math.min(length(i), size - filled);
            memory.read(address(i), into, filled, some);
            filled += some;
        }
    }
}

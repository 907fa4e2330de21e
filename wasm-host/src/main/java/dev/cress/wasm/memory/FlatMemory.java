package dev.cress.wasm.memory;

import java.util.Arrays;

/// Loads and stores on one flat array. Bounds are the page count; the array may be longer.
///
/// Every store marks the granule that it begins in, before it is made:
///
/// ```text
/// bytes     |  granule 0  |  granule 1  |  granule 2  | …       2^GRANULE_SHIFT bytes each
/// marks     |      0      |      1      |      0      | …       one each
/// restored                 [ granule 1 ][7]                     a store of 8 bytes may reach over
/// ```
abstract class FlatMemory extends GuestBytes {
    /// Fills and copies go in pieces, so that a safepoint never waits for more than one. They count
    /// down: near 2 GiB an address would overflow before it passed the end.
    static final int PIECE_BYTES = 1 << 20;

    FlatMemory(int capacity, int size) {
        super(capacity, size);
    }

    @Override
    public void write(int addr, byte[] data, int offset, int count) {
        if (offset < 0 || count < 0 || (long) offset + count > data.length) {
            throw outOfBounds(Integer.toUnsignedLong(offset), count);
        }
        check(addr, count);
        mark(addr, count);
        for (int left = count; left > 0; left -= PIECE_BYTES) {
            int at = count - left;
            System.arraycopy(data, offset + at, bytes(), addr + at, Math.min(PIECE_BYTES, left));
        }
    }

    @Override
    public byte[] readBytes(int addr, int count) {
        check(addr, count);
        return Arrays.copyOfRange(bytes(), addr, addr + count);
    }

    /// Copies out of the memory into an array of the host's.
    public void read(int addr, byte[] into, int offset, int count) {
        check(addr, count);
        System.arraycopy(bytes(), addr, into, offset, count);
    }

    @Override
    public void zero() {
        // a fresh array is zero, and the engine asks for this only before it initialises one
    }

    @Override
    public void fill(byte value, int from, int to) {
        check(from, to - from);
        mark(from, to - from);
        for (int left = to - from; left > 0; left -= PIECE_BYTES) {
            int at = to - left;
            Arrays.fill(bytes(), at, at + Math.min(PIECE_BYTES, left), value);
        }
    }

    @Override
    public void copy(int dest, int src, int count) {
        byte[] bytes = bytes();
        check(dest, count);
        check(src, count);
        mark(dest, count);
        if (dest > src) {
            for (int left = count; left > 0; left -= PIECE_BYTES) {
                int from = Math.max(0, left - PIECE_BYTES);
                System.arraycopy(bytes, src + from, bytes, dest + from, left - from);
            }
        } else {
            for (int left = count; left > 0; left -= PIECE_BYTES) {
                int at = count - left;
                System.arraycopy(bytes, src + at, bytes, dest + at, Math.min(PIECE_BYTES, left));
            }
        }
    }

    @Override
    public byte read(int addr) {
        return read(addr, 0);
    }

    @Override
    public short readShort(int addr) {
        return readShort(addr, 0);
    }

    @Override
    public long readU16(int addr) {
        return readShort(addr) & 0xffff;
    }

    @Override
    public int readInt(int addr) {
        return readInt(addr, 0);
    }

    @Override
    public long readLong(int addr) {
        return readLong(addr, 0);
    }

    @Override
    public float readFloat(int addr) {
        return Float.intBitsToFloat(readInt(addr));
    }

    @Override
    public long readF32(int addr) {
        return readInt(addr);
    }

    @Override
    public double readDouble(int addr) {
        return Double.longBitsToDouble(readLong(addr));
    }

    @Override
    public long readF64(int addr) {
        return readLong(addr);
    }

    @Override
    public void writeByte(int addr, byte value) {
        writeByte(addr, 0, value);
    }

    @Override
    public void writeShort(int addr, short value) {
        writeShort(addr, 0, value);
    }

    @Override
    public void writeI32(int addr, int value) {
        writeI32(addr, 0, value);
    }

    @Override
    public void writeLong(int addr, long value) {
        writeLong(addr, 0, value);
    }

    @Override
    public void writeF32(int addr, float value) {
        writeI32(addr, Float.floatToRawIntBits(value));
    }

    @Override
    public void writeF64(int addr, double value) {
        writeLong(addr, Double.doubleToRawLongBits(value));
    }
}

package dev.cress.wasm.memory;

import dev.cress.wasm.stop.StackHeadroom;

import run.endive.runtime.TrapException;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/// Loads and stores on one flat array. Bounds are the page count; the array may be longer.
///
/// Every store marks the granule that it begins in, before it is made:
///
/// ```text
/// bytes     |  granule 0  |  granule 1  |  granule 2  | …       2^GRANULE_SHIFT bytes each
/// marks     |      0      |      1      |      0      | …       one byte each
/// restored                 [ granule 1 ][7]                     a store of 8 bytes may reach over
/// ```
abstract class FlatMemory extends UnsharedMemory {
    private static final VarHandle SHORT =
            MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle FLOAT =
            MethodHandles.byteArrayViewVarHandle(float[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle DOUBLE =
            MethodHandles.byteArrayViewVarHandle(double[].class, ByteOrder.LITTLE_ENDIAN);

    /// Fills and copies go in pieces, so that a safepoint never waits for more than one. They count
    /// down: near 2 GiB an address would overflow before it passed the end.
    static final int PIECE_BYTES = 1 << 20;

    /// 4 KiB granules.
    static final int GRANULE_SHIFT = 12;

    byte[] bytes;
    byte[] marks;
    int size;

    /// @param capacity bytes of the array, zeros
    FlatMemory(int capacity) {
        bytes = new byte[capacity];
        marks = new byte[marksFor(capacity)];
    }

    /// A byte for each granule, and room to look at eight at once.
    static int marksFor(int capacity) {
        return ((capacity >>> GRANULE_SHIFT) + 8) & -8;
    }

    /// The bytes that the guest may address.
    public final int size() {
        return size;
    }

    @Override
    public void write(int addr, byte[] data, int offset, int count) {
        if (offset < 0 || count < 0 || (long) offset + count > data.length) {
            throw outOfBounds(offset, count);
        }
        check(addr, count);
        mark(addr, count);
        for (int left = count; left > 0; left -= PIECE_BYTES) {
            int at = count - left;
            System.arraycopy(data, offset + at, bytes, addr + at, Math.min(PIECE_BYTES, left));
        }
    }

    @Override
    public byte[] readBytes(int addr, int count) {
        check(addr, count);
        return Arrays.copyOfRange(bytes, addr, addr + count);
    }

    /// Copies out of the memory into an array of the host's.
    public void read(int addr, byte[] into, int offset, int count) {
        check(addr, count);
        System.arraycopy(bytes, addr, into, offset, count);
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
            Arrays.fill(bytes, at, at + Math.min(PIECE_BYTES, left), value);
        }
    }

    @Override
    public void copy(int dest, int src, int count) {
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
        check(addr, 1);
        return bytes[addr];
    }

    @Override
    public int readInt(int addr) {
        check(addr, 4);
        return (int) INT.get(bytes, addr);
    }

    @Override
    public long readLong(int addr) {
        check(addr, 8);
        return (long) LONG.get(bytes, addr);
    }

    @Override
    public short readShort(int addr) {
        check(addr, 2);
        return (short) SHORT.get(bytes, addr);
    }

    @Override
    public long readU16(int addr) {
        return readShort(addr) & 0xffff;
    }

    @Override
    public float readFloat(int addr) {
        check(addr, 4);
        return (float) FLOAT.get(bytes, addr);
    }

    @Override
    public long readF32(int addr) {
        return readInt(addr);
    }

    @Override
    public double readDouble(int addr) {
        check(addr, 8);
        return (double) DOUBLE.get(bytes, addr);
    }

    @Override
    public long readF64(int addr) {
        return readLong(addr);
    }

    @Override
    public void writeByte(int addr, byte value) {
        check(addr, 1);
        marks[addr >>> GRANULE_SHIFT] = 1;
        bytes[addr] = value;
    }

    @Override
    public void writeShort(int addr, short value) {
        check(addr, 2);
        marks[addr >>> GRANULE_SHIFT] = 1;
        SHORT.set(bytes, addr, value);
    }

    @Override
    public void writeI32(int addr, int value) {
        check(addr, 4);
        marks[addr >>> GRANULE_SHIFT] = 1;
        INT.set(bytes, addr, value);
    }

    @Override
    public void writeLong(int addr, long value) {
        check(addr, 8);
        marks[addr >>> GRANULE_SHIFT] = 1;
        LONG.set(bytes, addr, value);
    }

    @Override
    public void writeF32(int addr, float value) {
        check(addr, 4);
        marks[addr >>> GRANULE_SHIFT] = 1;
        FLOAT.set(bytes, addr, value);
    }

    @Override
    public void writeF64(int addr, double value) {
        check(addr, 8);
        marks[addr >>> GRANULE_SHIFT] = 1;
        DOUBLE.set(bytes, addr, value);
    }

    private void mark(int addr, int count) {
        if (count > 0) {
            int last = (addr + count - 1) >>> GRANULE_SHIFT;
            for (int granule = addr >>> GRANULE_SHIFT; granule <= last; granule++) {
                marks[granule] = 1;
            }
        }
    }

    final void check(int addr, int count) {
        if (addr < 0 || count < 0 || addr > size - count) {
            throw outOfBounds(addr, count);
        }
    }

    private TrapException outOfBounds(int addr, int count) {
        StackHeadroom.here().require();
        return new TrapException(
                "out of bounds memory access: "
                        + count
                        + " bytes at "
                        + Integer.toUnsignedString(addr)
                        + ", memory has "
                        + size);
    }
}

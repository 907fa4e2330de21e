package dev.cress.wasm.memory;

import dev.cress.wasm.stop.StackHeadroom;

import run.endive.runtime.TrapException;

import sun.misc.Unsafe;

import java.nio.ByteOrder;
import java.util.Arrays;

/// The bytes that a guest may address, and the marks of what it changed. Loads and stores cost one
/// check and go through `Unsafe`: with the JVM's own checks of both arrays besides, guests took an
/// eighth more time. Used by one thread at a time.
///
/// Every access is inside of its array:
///
/// * [#become] and [#resize] hold `0 ≤ size ≤ bytes.length`, and that each granule of `bytes` has a
///   mark. The arrays are never replaced by shorter ones, not even when the memory is given back:
///   an old size fits the new arrays too.
/// * A load or store takes base and offset as unsigned numbers of 32 bits in 64, so that nothing
///   overflows (Core Specification, 4.6.9: the sum isn't wrapped). It goes on only if `base ≤ size
///   - width - offset`, so `0 ≤ base + offset` and `base + offset + width ≤ size ≤ bytes.length`.
/// * A store marks the granule that it begins in. It is less than `size`, so that it has a mark.
///
/// All that is written out in each of them: every method in between is 20 nodes more to the JIT in
/// every load and store of a guest, and in a function of 18,000 nodes it stops inlining.
@SuppressWarnings("removal") // memory segments check too, and took 1.8 times as long
abstract class GuestBytes extends UnsharedMemory {
    private static final int GRANULE_SHIFT_MIN = 8;

    /// A page is whole granules.
    private static final int GRANULE_SHIFT_MAX = 16;

    /// 4 KiB granules, by what `bench/run granule` measured; it sets the property to compare
    /// others.
    static final int GRANULE_SHIFT =
            Math.clamp(
                    Integer.getInteger("cress.memory.granule.shift", 12),
                    GRANULE_SHIFT_MIN,
                    GRANULE_SHIFT_MAX);

    private static final Unsafe UNSAFE = unsafe();
    private static final long BYTES = Unsafe.ARRAY_BYTE_BASE_OFFSET;
    private static final long MARKS = Unsafe.ARRAY_SHORT_BASE_OFFSET;
    private static final boolean SWAPPED = ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN;
    private static final short MARK = 1;
    private static final long UNSIGNED = 0xffff_ffffL;

    /// Four marks are read as one.
    private static final int MARKS_AT_ONCE = Long.BYTES / Short.BYTES;

    private byte[] bytes;
    private short[] marks;
    private int size;

    /// Zeros without marks.
    GuestBytes(int capacity, int size) {
        bytes = new byte[capacity];
        marks = new short[marksFor(capacity)];
        resize(size);
    }

    /// From now on this array holds the guest's bytes, of which as many may be addressed as before.
    /// What was marked stays so.
    final void become(byte[] larger) {
        if (larger.length < bytes.length) {
            throw new IllegalArgumentException(
                    "an array of %d bytes can't replace one of %d"
                            .formatted(larger.length, bytes.length));
        }
        marks = Arrays.copyOf(marks, marksFor(larger.length));
        bytes = larger;
    }

    /// Sets how much may be addressed.
    final void resize(int size) {
        if (size < 0 || size > bytes.length) {
            throw new IllegalArgumentException(
                    "%d bytes can't be a memory of %d".formatted(bytes.length, size));
        }
        this.size = size;
    }

    /// The array, which may be longer than what the guest may address.
    final byte[] bytes() {
        return bytes;
    }

    /// The bytes that the guest may address.
    public final int size() {
        return size;
    }

    /// One for each granule, and room to look at four at once. They are no bytes, so that the JIT
    /// knows that setting one changes none of the guest's.
    private static int marksFor(int capacity) {
        return ((capacity >>> GRANULE_SHIFT) + MARKS_AT_ONCE) & -MARKS_AT_ONCE;
    }

    /// The first granule with a mark from this one on, or -1.
    final int nextMarked(int granule) {
        int at = granule;
        while (at < marks.length) {
            boolean skip = at % MARKS_AT_ONCE == 0 && noneOfFour(at);
            if (!skip && marks[at] != 0) {
                return at;
            }
            at += skip ? MARKS_AT_ONCE : 1;
        }
        return -1;
    }

    /// The length is a multiple of four, so four from a multiple of four on are inside.
    private boolean noneOfFour(int at) {
        return UNSAFE.getLong(marks, MARKS + (long) at * Short.BYTES) == 0;
    }

    /// The address is base and offset, unsigned, not wrapped; so with all that take both.
    public final byte read(int base, int offset) {
        long from = base & UNSIGNED;
        long further = offset & UNSIGNED;
        if (from > size - Byte.BYTES - further) {
            throw outOfBounds(from + further, Byte.BYTES);
        }
        byte value = UNSAFE.getByte(bytes, BYTES + from + further);
        return value;
    }

    public final short readShort(int base, int offset) {
        long from = base & UNSIGNED;
        long further = offset & UNSIGNED;
        if (from > size - Short.BYTES - further) {
            throw outOfBounds(from + further, Short.BYTES);
        }
        short value = UNSAFE.getShort(bytes, BYTES + from + further);
        return SWAPPED ? Short.reverseBytes(value) : value;
    }

    public final int readInt(int base, int offset) {
        long from = base & UNSIGNED;
        long further = offset & UNSIGNED;
        if (from > size - Integer.BYTES - further) {
            throw outOfBounds(from + further, Integer.BYTES);
        }
        int value = UNSAFE.getInt(bytes, BYTES + from + further);
        return SWAPPED ? Integer.reverseBytes(value) : value;
    }

    public final long readLong(int base, int offset) {
        long from = base & UNSIGNED;
        long further = offset & UNSIGNED;
        if (from > size - Long.BYTES - further) {
            throw outOfBounds(from + further, Long.BYTES);
        }
        long value = UNSAFE.getLong(bytes, BYTES + from + further);
        return SWAPPED ? Long.reverseBytes(value) : value;
    }

    public final void writeByte(int base, int offset, byte value) {
        long from = base & UNSIGNED;
        long further = offset & UNSIGNED;
        if (from > size - Byte.BYTES - further) {
            throw outOfBounds(from + further, Byte.BYTES);
        }
        long at = from + further;
        UNSAFE.putShort(marks, MARKS + (at >>> GRANULE_SHIFT) * Short.BYTES, MARK);
        UNSAFE.putByte(bytes, BYTES + at, value);
    }

    public final void writeShort(int base, int offset, short value) {
        short stored = SWAPPED ? Short.reverseBytes(value) : value;
        long from = base & UNSIGNED;
        long further = offset & UNSIGNED;
        if (from > size - Short.BYTES - further) {
            throw outOfBounds(from + further, Short.BYTES);
        }
        long at = from + further;
        UNSAFE.putShort(marks, MARKS + (at >>> GRANULE_SHIFT) * Short.BYTES, MARK);
        UNSAFE.putShort(bytes, BYTES + at, stored);
    }

    public final void writeI32(int base, int offset, int value) {
        int stored = SWAPPED ? Integer.reverseBytes(value) : value;
        long from = base & UNSIGNED;
        long further = offset & UNSIGNED;
        if (from > size - Integer.BYTES - further) {
            throw outOfBounds(from + further, Integer.BYTES);
        }
        long at = from + further;
        UNSAFE.putShort(marks, MARKS + (at >>> GRANULE_SHIFT) * Short.BYTES, MARK);
        UNSAFE.putInt(bytes, BYTES + at, stored);
    }

    public final void writeLong(int base, int offset, long value) {
        long stored = SWAPPED ? Long.reverseBytes(value) : value;
        long from = base & UNSIGNED;
        long further = offset & UNSIGNED;
        if (from > size - Long.BYTES - further) {
            throw outOfBounds(from + further, Long.BYTES);
        }
        long at = from + further;
        UNSAFE.putShort(marks, MARKS + (at >>> GRANULE_SHIFT) * Short.BYTES, MARK);
        UNSAFE.putLong(bytes, BYTES + at, stored);
    }

    /// Marks what a host call or a bulk instruction writes; the range was checked.
    final void mark(int from, int count) {
        if (count > 0) {
            int last = (from + count - 1) >>> GRANULE_SHIFT;
            for (int granule = from >>> GRANULE_SHIFT; granule <= last; granule++) {
                marks[granule] = MARK;
            }
        }
    }

    final void check(int from, int count) {
        if (from < 0 || count < 0 || from > size - count) {
            throw outOfBounds(Integer.toUnsignedLong(from), count);
        }
    }

    /// Unmarks all.
    final void forget() {
        Arrays.fill(marks, (short) 0);
    }

    final void forget(int granule) {
        marks[granule] = 0;
    }

    final TrapException outOfBounds(long from, int count) {
        StackHeadroom.here().require();
        return new TrapException(
                "out of bounds memory access: "
                        + count
                        + " bytes at "
                        + from
                        + ", memory has "
                        + size);
    }

    private static Unsafe unsafe() {
        try {
            var field = Unsafe.class.getDeclaredField("theUnsafe");
            field.setAccessible(true);
            return (Unsafe) field.get(null);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("this JVM has no sun.misc.Unsafe", e);
        }
    }
}

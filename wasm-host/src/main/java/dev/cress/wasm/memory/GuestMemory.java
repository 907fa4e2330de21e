package dev.cress.wasm.memory;

import org.jspecify.annotations.Nullable;

import run.endive.runtime.ConstantEvaluators;
import run.endive.runtime.Instance;
import run.endive.runtime.Memory;
import run.endive.runtime.TrapException;
import run.endive.wasm.UninstantiableException;
import run.endive.wasm.types.ActiveDataSegment;
import run.endive.wasm.types.DataSegment;
import run.endive.wasm.types.MemoryLimits;
import run.endive.wasm.types.PassiveDataSegment;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/// A guest's linear memory: one flat array, the only memory class that compiled modules ever see,
/// so that their call sites stay monomorphic. Bounds are the page count; the array may be longer.
/// Growth past the cap or the host's budget answers -1.
///
/// Every store marks the granule that it begins in, before it is made, so that a reset restores
/// only what changed, however the run ended:
///
/// ```text
/// bytes     |  granule 0  |  granule 1  |  granule 2  | …       2^GRANULE_SHIFT bytes each
/// marks     |      0      |      1      |      0      | …       one byte each
/// restored                 [ granule 1 ][7]                     a store of 8 bytes may reach over
/// ```
///
/// Used by one thread at a time.
@SuppressWarnings({"deprecation", "removal"}) // the engine's own old methods of shared memories
public final class GuestMemory implements Memory {
    private static final VarHandle SHORT =
            MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle FLOAT =
            MethodHandles.byteArrayViewVarHandle(float[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle DOUBLE =
            MethodHandles.byteArrayViewVarHandle(double[].class, ByteOrder.LITTLE_ENDIAN);

    /// Fills and copies go in pieces, so that a safepoint never waits for more than one. They count
    /// down: near 2 GiB an address would overflow before it passed the end.
    private static final int PIECE_BYTES = 1 << 20;

    /// 4 KiB granules.
    static final int GRANULE_SHIFT = 12;

    private final MemoryBudget budget;
    private final int initialPages;
    private final int pagesDeclared;
    private int pagesMax;
    private boolean cappedByLimit;
    private byte[] bytes;
    private byte[] marks;
    private int size;
    private boolean growthRefused;
    private boolean segmentsDropped;
    private DataSegment @Nullable [] segments;
    private @Nullable Object host;

    private GuestMemory(MemoryBudget budget, MemoryLimits declared, int capacityPages) {
        this.budget = budget;
        this.initialPages = declared.initialPages();
        this.pagesDeclared = Math.min(declared.maximumPages(), RUNTIME_MAX_PAGES);
        this.bytes = new byte[capacityPages * PAGE_SIZE];
        this.marks = new byte[marksFor(bytes.length)];
    }

    /// Allocates a memory of zeros as declared, or returns null when it doesn't fit the cap or the
    /// budget.
    public static @Nullable GuestMemory allocate(
            MemoryBudget budget, MemoryLimits declared, int pagesMax) {
        return allocate(budget, declared, declared.initialPages(), pagesMax, 0);
    }

    /// The same for a memory that begins with more pages than are declared, with room to grow to
    /// `capacityPages` without copying if the cap and the budget allow.
    public static @Nullable GuestMemory allocate(
            MemoryBudget budget,
            MemoryLimits declared,
            int pages,
            int pagesMax,
            int capacityPages) {
        int cap = Math.min(pagesMax, RUNTIME_MAX_PAGES);
        if (pages > cap) {
            return null;
        }
        int capacity = Math.max(pages, Math.min(capacityPages, cap));
        if (!budget.take((long) capacity * PAGE_SIZE)) {
            capacity = pages;
            if (!budget.take((long) capacity * PAGE_SIZE)) {
                return null;
            }
        }
        var memory = new GuestMemory(budget, declared, capacity);
        memory.size = pages * PAGE_SIZE;
        memory.limit(cap);
        return memory;
    }

    /// A byte for each granule, and room to look at eight at once.
    private static int marksFor(int capacity) {
        return ((capacity >>> GRANULE_SHIFT) + 8) & -8;
    }

    /// Caps growth for the runs to come.
    public void limit(int pages) {
        pagesMax = Math.min(pagesDeclared, pages);
        cappedByLimit = pagesDeclared > pages;
        growthRefused = false;
    }

    /// Bytes that it holds, more than [#size] when it has room to grow.
    public int capacity() {
        return bytes.length;
    }

    /// Puts the initial content onto a memory of zeros.
    public void fill(InitialMemory content) {
        content.copyTo(bytes);
    }

    /// Takes what is here for what runs begin with; nothing counts as changed any more.
    public InitialMemory takeInitial() {
        Arrays.fill(marks, (byte) 0);
        return InitialMemory.of(bytes, size);
    }

    /// Restores what changed since the last reset. Growth is undone; the room for it stays.
    public void reset(InitialMemory content) {
        for (int i = 0; i < marks.length; i += 8) {
            if ((long) LONG.get(marks, i) != 0) {
                for (int granule = i; granule < i + 8; granule++) {
                    if (marks[granule] != 0) {
                        content.restore(bytes, granule);
                    }
                }
                LONG.set(marks, i, 0L);
            }
        }
        size = content.size();
        segmentsDropped = false;
        host = null;
    }

    /// Whether the guest dropped data segments, which the engine can't undo.
    public boolean segmentsDropped() {
        return segmentsDropped;
    }

    /// Whether this one, after its reset, is as a fresh one: every byte, also those in the room to
    /// grow, and everything else but the size of that room.
    public boolean isAsFreshAs(GuestMemory fresh) {
        int common = Math.min(bytes.length, fresh.bytes.length);
        return size == fresh.size
                && Arrays.equals(bytes, 0, common, fresh.bytes, 0, common)
                && isZero(bytes, common)
                && isZero(marks, 0)
                && host == null
                && !segmentsDropped;
    }

    private static boolean isZero(byte[] some, int from) {
        for (int i = from; i < some.length; i++) {
            if (some[i] != 0) {
                return false;
            }
        }
        return true;
    }

    /// The next instance on this memory has segments of its own.
    public void detach() {
        segments = null;
        segmentsDropped = false;
    }

    /// Gives the bytes back to the budget. The memory must not be used again.
    public void release() {
        budget.giveBack(bytes.length);
        bytes = new byte[0];
        marks = new byte[8];
        size = 0;
    }

    /// Whether the guest asked for more than it was given because of the host's cap or budget, not
    /// because of its own declared maximum.
    public boolean growthRefused() {
        return growthRefused;
    }

    /// The bytes that the guest may address.
    public int size() {
        return size;
    }

    /// The host calls of the present run, which find their state through the memory of their
    /// caller.
    public @Nullable Object host() {
        return host;
    }

    public void attach(Object host) {
        this.host = host;
    }

    @Override
    public int pages() {
        return size / PAGE_SIZE;
    }

    @Override
    public int initialPages() {
        return initialPages;
    }

    @Override
    public int maximumPages() {
        return pagesMax;
    }

    @Override
    public int grow(int pagesMore) {
        int pagesNow = pages();
        long pagesWanted = (long) pagesNow + Integer.toUnsignedLong(pagesMore);
        if (pagesWanted > pagesMax) {
            growthRefused |= cappedByLimit;
            return -1;
        }
        int sizeWanted = (int) pagesWanted * PAGE_SIZE;
        if (sizeWanted > bytes.length && !extend(sizeWanted)) {
            growthRefused = true;
            return -1;
        }
        size = sizeWanted;
        return pagesNow;
    }

    /// Grows by half at least: page by page, 2,047 steps of copying took 10 s.
    private boolean extend(int sizeWanted) {
        long generous =
                Math.min(bytes.length + (long) bytes.length / 2, (long) pagesMax * PAGE_SIZE);
        int capacity = (int) Math.max(sizeWanted, generous);
        if (!budget.take(capacity - bytes.length)) {
            capacity = sizeWanted;
            if (!budget.take(capacity - bytes.length)) {
                return false;
            }
        }
        byte[] larger = new byte[capacity];
        for (int left = size; left > 0; left -= PIECE_BYTES) {
            int at = size - left;
            System.arraycopy(bytes, at, larger, at, Math.min(PIECE_BYTES, left));
        }
        bytes = larger;
        marks = Arrays.copyOf(marks, marksFor(capacity));
        return true;
    }

    @Override
    public void initialize(Instance instance, DataSegment[] dataSegments) {
        initialize(instance, dataSegments, 0);
    }

    @Override
    public void initialize(Instance instance, DataSegment[] dataSegments, int memoryIndex) {
        segments = dataSegments;
        for (DataSegment segment : dataSegments) {
            if (segment instanceof ActiveDataSegment active) {
                int offset =
                        (int)
                                ConstantEvaluators.computeConstantValue(
                                        instance, active.offsetInstructions())[0];
                byte[] data = active.data();
                if (offset < 0 || (long) offset + data.length > size) {
                    throw new UninstantiableException(
                            "data segment of %d bytes at %s is outside of the memory of %d bytes"
                                    .formatted(
                                            data.length, Integer.toUnsignedString(offset), size));
                }
                write(offset, data, 0, data.length);
            }
        }
    }

    @Override
    public void initPassiveSegment(int segmentId, int dest, int offset, int count) {
        if (segments == null) {
            throw new TrapException("memory.init before the memory was initialised");
        }
        write(dest, segments[segmentId].data(), offset, count);
    }

    @Override
    public void drop(int segment) {
        if (segments != null) {
            segments[segment] = PassiveDataSegment.EMPTY;
            segmentsDropped = true;
        }
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

    private void check(int addr, int count) {
        if (addr < 0 || count < 0 || addr > size - count) {
            throw outOfBounds(addr, count);
        }
    }

    private TrapException outOfBounds(int addr, int count) {
        return new TrapException(
                "out of bounds memory access: %d bytes at %s, memory has %d"
                        .formatted(count, Integer.toUnsignedString(addr), size));
    }

    @Override
    public boolean shared() {
        return false;
    }

    @Override
    public Object lock(int address) {
        throw notShared();
    }

    @Override
    public int waitOn(int address, int expected, long timeout) {
        throw notShared();
    }

    @Override
    public int waitOn(int address, long expected, long timeout) {
        throw notShared();
    }

    @Override
    public int notify(int address, int threadsMax) {
        throw notShared();
    }

    private static UnsupportedOperationException notShared() {
        return new UnsupportedOperationException("modules with threads are refused at their scan");
    }
}

package dev.cress.wasm.isolate;

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
/// Growth past the cap or the host's budget answers -1. Used by one thread at a time.
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

    private final MemoryBudget budget;
    private final int initialPages;
    private final int pagesMax;
    private final boolean cappedByLimit;
    private byte[] bytes;
    private int size;
    private boolean growthRefused;
    private DataSegment @Nullable [] segments;
    private @Nullable Object host;

    private GuestMemory(MemoryBudget budget, MemoryLimits declared, int pagesMax) {
        this.budget = budget;
        this.initialPages = declared.initialPages();
        this.pagesMax = Math.min(declared.maximumPages(), pagesMax);
        this.cappedByLimit = declared.maximumPages() > pagesMax;
        this.size = initialPages * PAGE_SIZE;
        this.bytes = new byte[size];
    }

    /// Allocates a memory as declared, or returns null when it doesn't fit the cap or the budget.
    public static @Nullable GuestMemory allocate(
            MemoryBudget budget, MemoryLimits declared, int pagesMax) {
        if (declared.initialPages() > Math.min(pagesMax, RUNTIME_MAX_PAGES)) {
            return null;
        }
        if (!budget.take((long) declared.initialPages() * PAGE_SIZE)) {
            return null;
        }
        return new GuestMemory(budget, declared, Math.min(pagesMax, RUNTIME_MAX_PAGES));
    }

    /// Gives the bytes back to the budget. The memory must not be used again.
    public void release() {
        budget.giveBack(bytes.length);
        bytes = new byte[0];
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
                System.arraycopy(data, 0, bytes, offset, data.length);
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
        }
    }

    @Override
    public void write(int addr, byte[] data, int offset, int count) {
        if (offset < 0 || count < 0 || (long) offset + count > data.length) {
            throw outOfBounds(offset, count);
        }
        check(addr, count);
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
        for (int left = to - from; left > 0; left -= PIECE_BYTES) {
            int at = to - left;
            Arrays.fill(bytes, at, at + Math.min(PIECE_BYTES, left), value);
        }
    }

    @Override
    public void copy(int dest, int src, int count) {
        check(dest, count);
        check(src, count);
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
        bytes[addr] = value;
    }

    @Override
    public void writeShort(int addr, short value) {
        check(addr, 2);
        SHORT.set(bytes, addr, value);
    }

    @Override
    public void writeI32(int addr, int value) {
        check(addr, 4);
        INT.set(bytes, addr, value);
    }

    @Override
    public void writeLong(int addr, long value) {
        check(addr, 8);
        LONG.set(bytes, addr, value);
    }

    @Override
    public void writeF32(int addr, float value) {
        check(addr, 4);
        FLOAT.set(bytes, addr, value);
    }

    @Override
    public void writeF64(int addr, double value) {
        check(addr, 8);
        DOUBLE.set(bytes, addr, value);
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

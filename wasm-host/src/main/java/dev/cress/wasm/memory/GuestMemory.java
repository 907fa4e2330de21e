package dev.cress.wasm.memory;

import dev.cress.wasm.stop.StackHeadroom;

import org.jspecify.annotations.Nullable;

import run.endive.runtime.ConstantEvaluators;
import run.endive.runtime.Instance;
import run.endive.runtime.TrapException;
import run.endive.wasm.UninstantiableException;
import run.endive.wasm.types.ActiveDataSegment;
import run.endive.wasm.types.DataSegment;
import run.endive.wasm.types.MemoryLimits;
import run.endive.wasm.types.PassiveDataSegment;

import java.util.Arrays;

/// A guest's linear memory, the only memory class that compiled modules ever see, so that their
/// call sites stay monomorphic. Growth past the cap or the host's budget answers -1. A reset
/// restores only what was marked as changed, however the run ended. Used by one thread at a time.
public final class GuestMemory extends FlatMemory {
    private final MemoryBudget budget;
    private final int initialPages;
    private final int pagesDeclared;
    private long bytesTaken;
    private long bytesBeside;
    private int pagesMax;
    private long bytesMax;
    private boolean cappedByLimit;
    private boolean growthRefused;
    private boolean segmentsDropped;
    private DataSegment @Nullable [] segments;
    private @Nullable Object host;

    private GuestMemory(MemoryBudget budget, MemoryLimits declared, int capacityPages, int pages) {
        super(capacityPages * PAGE_SIZE, pages * PAGE_SIZE);
        this.bytesTaken = (long) capacityPages * PAGE_SIZE;
        this.budget = budget;
        this.initialPages = declared.initialPages();
        this.pagesDeclared = Math.min(declared.maximumPages(), RUNTIME_MAX_PAGES);
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
        var memory = new GuestMemory(budget, declared, capacity, pages);
        memory.limit(cap);
        return memory;
    }

    /// Caps growth for the runs to come.
    public void limit(int pages) {
        pagesMax = Math.min(pagesDeclared, pages);
        bytesMax = (long) pages * PAGE_SIZE;
        cappedByLimit = pagesDeclared > pages;
        growthRefused = false;
    }

    /// Bytes that it holds, more than [#size] when it has room to grow.
    public int capacity() {
        return bytes().length;
    }

    /// Puts the initial content onto a memory of zeros.
    public void fill(InitialMemory content) {
        content.copyTo(bytes());
    }

    /// Takes what is here for what runs begin with; nothing counts as changed any more.
    public InitialMemory takeInitial() {
        forget();
        return InitialMemory.of(bytes(), size());
    }

    /// Restores what changed since the last reset. Growth is undone; the room for it stays.
    public void reset(InitialMemory content) {
        for (int i = nextMarked(0); i >= 0; i = nextMarked(i + 1)) {
            content.restore(bytes(), i);
            forget(i);
        }
        resize(content.size());
        segmentsDropped = false;
        host = null;
        giveBackBeside();
    }

    /// What the present run keeps beside its memory.
    public long bytesBeside() {
        return bytesBeside;
    }

    /// Gives some of it back before the reset does.
    public void giveBackBeside(long bytes) {
        bytesBeside -= bytes;
        budget.giveBack(bytes);
    }

    /// Whether the guest dropped data segments, which the engine can't undo.
    public boolean segmentsDropped() {
        return segmentsDropped;
    }

    /// Whether this one, after its reset, is as a fresh one: every byte, also those in the room to
    /// grow, and everything else but the size of that room.
    public boolean isAsFreshAs(GuestMemory fresh) {
        byte[] bytes = bytes();
        byte[] freshBytes = fresh.bytes();
        int common = Math.min(bytes.length, freshBytes.length);
        return size() == fresh.size()
                && Arrays.equals(bytes, 0, common, freshBytes, 0, common)
                && isZero(bytes, common)
                && nextMarked(0) < 0
                && host == null
                && bytesBeside == 0
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
        giveBackBeside();
        budget.giveBack(bytesTaken);
        bytesTaken = 0;
        pagesMax = 0;
        resize(0);
    }

    /// Counts bytes that the host keeps for the guest as the guest's own, until its reset. Answers
    /// false if they fit its cap or the budget no more, as growing would answer -1.
    public boolean takeBeside(long bytes) {
        if (bytes > bytesMax - size() - bytesBeside || !budget.take(bytes)) {
            growthRefused = true;
            return false;
        }
        bytesBeside += bytes;
        return true;
    }

    /// Most runs keep nothing, and must not write what all threads share.
    private void giveBackBeside() {
        if (bytesBeside > 0) {
            giveBackBeside(bytesBeside);
        }
    }

    /// Whether the guest asked for more than it was given because of the host's cap or budget, not
    /// because of its own declared maximum.
    public boolean growthRefused() {
        return growthRefused;
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
        return size() / PAGE_SIZE;
    }

    @Override
    public int initialPages() {
        return initialPages;
    }

    @Override
    public int maximumPages() {
        return pagesMax;
    }

    /// Takes from a budget that is everybody's, so it first proves its stack as host calls do.
    @Override
    public int grow(int pagesMore) {
        StackHeadroom.here().require();
        int pagesNow = pages();
        long pagesWanted = (long) pagesNow + Integer.toUnsignedLong(pagesMore);
        if (pagesWanted > pagesMax) {
            growthRefused |= cappedByLimit;
            return -1;
        }
        int sizeWanted = (int) pagesWanted * PAGE_SIZE;
        boolean fits = sizeWanted <= bytesMax - bytesBeside;
        if (!fits || (sizeWanted > capacity() && !extend(sizeWanted))) {
            growthRefused = true;
            return -1;
        }
        resize(sizeWanted);
        return pagesNow;
    }

    /// Grows by half at least: page by page, 2,047 steps of copying took 10 s.
    private boolean extend(int sizeWanted) {
        long generous = Math.min(bytesTaken + bytesTaken / 2, (long) pagesMax * PAGE_SIZE);
        int capacity = (int) Math.max(sizeWanted, generous);
        if (!budget.take(capacity - bytesTaken)) {
            capacity = sizeWanted;
            if (!budget.take(capacity - bytesTaken)) {
                return false;
            }
        }
        byte[] larger = new byte[capacity];
        for (int left = size(); left > 0; left -= PIECE_BYTES) {
            int at = size() - left;
            System.arraycopy(bytes(), at, larger, at, Math.min(PIECE_BYTES, left));
        }
        become(larger);
        bytesTaken = capacity;
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
                if (offset < 0 || (long) offset + data.length > size()) {
                    throw new UninstantiableException(
                            "data segment of %d bytes at %s is outside of the memory of %d bytes"
                                    .formatted(
                                            data.length, Integer.toUnsignedString(offset), size()));
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
}

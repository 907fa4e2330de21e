package dev.cress.wasm.extism;

import dev.cress.wasm.guest.Outcome;
import dev.cress.wasm.host.HostRun;
import dev.cress.wasm.memory.GuestMemory;
import dev.cress.wasm.stop.GuestEnded;

import org.jspecify.annotations.Nullable;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;

/// The memory that a plug-in and its host share, apart from the guest's own: blocks, addressed by
/// offsets of 64 bits. All that a guest may read or write in it is its own, whatever the offset; a
/// load from outside of it gives 0 and a store does nothing, as with the reference kernel. Counted
/// as the guest's memory; gone with the run. On the guest's thread.
///
/// ```text
/// 0      FIRST                                  end                    pages × PAGE_BYTES
/// | none | block | block (free) | block | …      | zeros, no block yet  |
/// ```
final class PluginMemory {
    /// No block: an allocation that failed, or was of nothing.
    static final long NONE = 0;

    static final int PAGE_BYTES = 1 << 16;

    private static final int PAGE_SHIFT = 16;
    private static final int FIRST = 64;
    private static final int ALIGNMENT = 8;

    /// What a freed block is larger than needed by, it keeps for another.
    private static final int SPLIT_BYTES = 128;

    /// A block takes some 128 bytes of the host's memory besides its own.
    private static final int BLOCKS_PER_PAGE = PAGE_BYTES / 128;

    /// More than any guest's limit.
    private static final long BYTES_MAX = 1L << 40;

    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final HostRun run;
    private final GuestMemory guest;
    private final Map<Long, Block> blocks = new HashMap<>();

    /// The smallest that is large enough comes first.
    private final TreeSet<Block> free = new TreeSet<>();

    private byte[] @Nullable [] pages = new byte[4][];
    private int pageCount;
    private long blocksMade;
    private long end = FIRST;

    PluginMemory(HostRun run) {
        this.run = run;
        this.guest = run.memory();
    }

    /// `used` bytes from an offset on, of `size` that are its own.
    private static final class Block implements Comparable<Block> {
        private final long offset;
        private long size;
        private long used;
        private boolean active = true;

        Block(long offset, long size, long used) {
            this.offset = offset;
            this.size = size;
            this.used = used;
        }

        @Override
        public int compareTo(Block other) {
            int bySize = Long.compare(size, other.size);
            return bySize != 0 ? bySize : Long.compare(offset, other.offset);
        }
    }

    /// What a block is filled from.
    interface Source<E extends Exception> {
        /// Reads at least one byte, or gives -1 at the end.
        int read(byte[] into, int offset, int length) throws E;
    }

    /// Where bytes go.
    interface Sink<E extends Exception> {
        void write(byte[] from, int offset, int length) throws E;
    }

    /// A new block's offset, or [#NONE] if it is of nothing or doesn't fit the guest's limit.
    long allocate(long length) {
        if (length <= 0 || length > BYTES_MAX) {
            return NONE;
        }
        long size = aligned(length);
        Block block = free.ceiling(new Block(0, size, 0));
        if (block != null) {
            return reuse(block, size, length);
        }
        if (!reserve(end + size) || !countBlock()) {
            return NONE;
        }
        return add(new Block(end, size, length));
    }

    private long reuse(Block block, long size, long length) {
        if (block.size - size < SPLIT_BYTES) {
            free.remove(block);
            block.active = true;
            block.used = length;
            return block.offset;
        }
        if (!countBlock()) {
            return NONE;
        }
        free.remove(block);
        block.size -= size;
        free.add(block);
        return put(new Block(block.offset + block.size, size, length));
    }

    private long add(Block block) {
        end = block.offset + block.size;
        return put(block);
    }

    private long put(Block block) {
        blocks.put(block.offset, block);
        return block.offset;
    }

    private boolean countBlock() {
        boolean counted = blocksMade % BLOCKS_PER_PAGE != 0 || guest.takeBeside(PAGE_BYTES);
        blocksMade += counted ? 1 : 0;
        return counted;
    }

    /// Has pages up to there.
    private boolean reserve(long to) {
        int needed = (int) ((to + PAGE_BYTES - 1) >>> PAGE_SHIFT);
        if (needed <= pageCount) {
            return true;
        }
        if (!guest.takeBeside((long) (needed - pageCount) << PAGE_SHIFT)) {
            return false;
        }
        if (needed > pages.length) {
            pages = Arrays.copyOf(pages, Math.max(needed, 2 * pages.length));
        }
        pageCount = needed;
        return true;
    }

    private static long aligned(long length) {
        return (length + ALIGNMENT - 1) & -ALIGNMENT;
    }

    /// The offset of a new block with all that a source gives, [#NONE] if that is nothing. Throws
    /// [GuestEnded] if it doesn't fit the guest's limit.
    <E extends Exception> long blockOf(Source<E> source) throws E {
        long at = end;
        while (true) {
            require(reserve(at + 1));
            int within = (int) at & (PAGE_BYTES - 1);
            int count = source.read(page(at), within, PAGE_BYTES - within);
            run.word().checkStopped();
            if (count < 0) {
                break;
            }
            at += count;
        }
        if (at == end) {
            return NONE;
        }
        require(countBlock());
        return add(new Block(end, aligned(at - end), at - end));
    }

    /// The same of bytes that are here.
    long blockOf(byte[] bytes) {
        long offset = allocate(bytes.length);
        require(offset != NONE || bytes.length == 0);
        for (int done = 0; done < bytes.length; ) {
            long at = offset + done;
            int within = (int) at & (PAGE_BYTES - 1);
            int count = Math.min(bytes.length - done, PAGE_BYTES - within);
            System.arraycopy(bytes, done, page(at), within, count);
            done += count;
        }
        return offset;
    }

    private void require(boolean fits) {
        if (!fits) {
            throw new GuestEnded(new Outcome.OutOfMemory(run.limits().memoryBytes()));
        }
    }

    /// Bytes of the block at this offset, 0 if there is none or it was freed.
    long length(long offset) {
        Block block = blocks.get(offset);
        return block == null || !block.active ? 0 : block.used;
    }

    /// Frees the block at this offset, if there is one.
    void free(long offset) {
        Block block = blocks.get(offset);
        if (block != null && block.active) {
            block.active = false;
            free.add(block);
        }
    }

    /// Frees all, and makes zeros of them.
    void reset() {
        for (int i = 0; i < pageCount; i++) {
            run.word().checkStopped();
            byte[] page = pages[i];
            if (page != null) {
                Arrays.fill(page, (byte) 0);
            }
        }
        blocks.clear();
        free.clear();
        end = FIRST;
    }

    /// Bytes that it has, with and without blocks.
    long size() {
        return (long) pageCount << PAGE_SHIFT;
    }

    /// Whether all these bytes are in it.
    boolean has(long offset, long length) {
        return offset >= FIRST && length >= 0 && length <= size() - offset;
    }

    byte load(long offset) {
        byte[] page = has(offset, 1) ? pages[(int) (offset >>> PAGE_SHIFT)] : null;
        return page == null ? 0 : page[(int) offset & (PAGE_BYTES - 1)];
    }

    long loadLong(long offset) {
        if (!has(offset, Long.BYTES)) {
            return 0;
        }
        int within = (int) offset & (PAGE_BYTES - 1);
        if (within <= PAGE_BYTES - Long.BYTES) {
            byte[] page = pages[(int) (offset >>> PAGE_SHIFT)];
            return page == null ? 0 : (long) LONG.get(page, within);
        }
        long value = 0;
        for (int i = Long.BYTES - 1; i >= 0; i--) {
            value = value << Byte.SIZE | (load(offset + i) & 0xff);
        }
        return value;
    }

    void store(long offset, byte value) {
        if (has(offset, 1)) {
            page(offset)[(int) offset & (PAGE_BYTES - 1)] = value;
        }
    }

    void storeLong(long offset, long value) {
        if (!has(offset, Long.BYTES)) {
            return;
        }
        int within = (int) offset & (PAGE_BYTES - 1);
        if (within <= PAGE_BYTES - Long.BYTES) {
            LONG.set(page(offset), within, value);
            return;
        }
        for (int i = 0; i < Long.BYTES; i++) {
            store(offset + i, (byte) (value >>> (i * Byte.SIZE)));
        }
    }

    /// Hands out these bytes, which it has, piece by piece.
    <E extends Exception> void copy(long offset, long length, Sink<E> sink) throws E {
        for (long done = 0; done < length; ) {
            run.word().checkStopped();
            long at = offset + done;
            int within = (int) at & (PAGE_BYTES - 1);
            int count = (int) Math.min(length - done, PAGE_BYTES - within);
            sink.write(page(at), within, count);
            done += count;
        }
    }

    /// Copies these bytes, which it has.
    byte[] bytes(long offset, int length) {
        byte[] bytes = new byte[length];
        for (int done = 0; done < length; ) {
            long at = offset + done;
            int within = (int) at & (PAGE_BYTES - 1);
            int count = Math.min(length - done, PAGE_BYTES - within);
            System.arraycopy(page(at), within, bytes, done, count);
            done += count;
        }
        return bytes;
    }

    /// The page of an offset, made when it is first needed.
    private byte[] page(long offset) {
        int index = (int) (offset >>> PAGE_SHIFT);
        byte[] page = pages[index];
        if (page == null) {
            page = new byte[PAGE_BYTES];
            pages[index] = page;
        }
        return page;
    }
}

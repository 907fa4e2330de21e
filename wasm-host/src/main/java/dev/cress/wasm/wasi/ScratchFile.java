package dev.cress.wasm.wasi;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;

/// A file in memory, in blocks; those that nothing was written to are zeros and cost nothing. Lives
/// as long as a name or a descriptor has it.
final class ScratchFile extends FileInode {
    private final Scratch scratch;
    private byte[] @Nullable [] blocks = new byte[1][];
    private long size;
    private int descriptors;

    ScratchFile(Scratch scratch) {
        super(SCRATCH, scratch.nextInode());
        this.scratch = scratch;
    }

    @Override
    long size() {
        return size;
    }

    @Override
    int read(long at, byte[] into, int offset, int length) {
        if (at >= size) {
            return 0;
        }
        int within = (int) (at % Scratch.BLOCK_BYTES);
        int count = (int) Math.min(Math.min(length, Scratch.BLOCK_BYTES - within), size - at);
        byte[] block = block(at / Scratch.BLOCK_BYTES);
        if (block == null) {
            Arrays.fill(into, offset, offset + count, (byte) 0);
        } else {
            System.arraycopy(block, within, into, offset, count);
        }
        return count;
    }

    @Override
    void write(long at, byte[] from, int offset, int length) throws FileFault {
        requireSize(at, length);
        for (int done = 0; done < length; ) {
            int within = (int) ((at + done) % Scratch.BLOCK_BYTES);
            int count = Math.min(length - done, Scratch.BLOCK_BYTES - within);
            byte[] block = blockToWrite((int) ((at + done) / Scratch.BLOCK_BYTES));
            System.arraycopy(from, offset + done, block, within, count);
            done += count;
            size = Math.max(size, at + done);
        }
        changed();
    }

    @Override
    void resize(long wanted) throws FileFault {
        requireSize(wanted, 0);
        int kept = (int) ((wanted + Scratch.BLOCK_BYTES - 1) / Scratch.BLOCK_BYTES);
        free(kept);
        int within = (int) (wanted % Scratch.BLOCK_BYTES);
        byte[] last = within == 0 ? null : block(kept - 1);
        if (last != null) {
            Arrays.fill(last, within, last.length, (byte) 0);
        }
        size = wanted;
        changed();
    }

    private void requireSize(long at, long length) throws FileFault {
        if (at < 0 || at > scratch.bytesMax() - length) {
            throw new FileFault(Errno.FBIG);
        }
    }

    private byte @Nullable [] block(long index) {
        return index < blocks.length ? blocks[(int) index] : null;
    }

    private byte[] blockToWrite(int index) throws FileFault {
        byte[] known = block(index);
        if (known != null) {
            return known;
        }
        int table = Math.max(blocks.length, index < blocks.length ? 0 : index + index / 2 + 1);
        scratch.take(1 + tableBlocks(table) - tableBlocks(blocks.length));
        blocks = table == blocks.length ? blocks : Arrays.copyOf(blocks, table);
        byte[] block = new byte[Scratch.BLOCK_BYTES];
        blocks[index] = block;
        return block;
    }

    /// What a table of so many blocks counts for, at 8 bytes each.
    private static int tableBlocks(int length) {
        return length / (Scratch.BLOCK_BYTES / Long.BYTES);
    }

    private void free(int from) {
        int freed = 0;
        for (int i = from; i < blocks.length; i++) {
            if (blocks[i] != null) {
                blocks[i] = null;
                freed++;
            }
        }
        if (from == 0) {
            freed += tableBlocks(blocks.length);
            blocks = new byte[1][];
        }
        scratch.giveBack(freed);
    }

    @Override
    void opened() {
        descriptors++;
    }

    @Override
    void closed() {
        descriptors--;
        freeIfLost();
    }

    /// One name fewer.
    void unnamed() {
        freeIfLost();
    }

    private void freeIfLost() {
        if (links == 0 && descriptors == 0) {
            free(0);
        }
    }
}

package dev.cress.wasm.wasi;

import dev.cress.wasm.memory.GuestMemory;

/// The space of a run's scratch folder: files in memory that die with the run. Every name, and
/// every block of content that was ever written to, counts against the run's own limit and, like
/// the guest's memory, against the host's budget.
final class Scratch {
    /// What a name costs, and a block of content.
    static final int BLOCK_BYTES = 4096;

    private final GuestMemory memory;
    private final long bytesMax;
    private long bytesTaken;
    private long inodes;

    /// @param memory of the run, which gives everything back as it is reset
    Scratch(GuestMemory memory, long bytesMax) {
        this.memory = memory;
        this.bytesMax = bytesMax;
    }

    long bytesMax() {
        return bytesMax;
    }

    /// An empty folder on a space of so many bytes.
    static FolderInode folder(GuestMemory memory, long bytesMax) {
        return new ScratchFolder(new Scratch(memory, bytesMax), null);
    }

    long nextInode() {
        return ++inodes;
    }

    void take(long blocks) throws FileFault {
        long bytes = blocks * BLOCK_BYTES;
        if (bytesTaken + bytes > bytesMax || !memory.takeBeside(bytes)) {
            throw new FileFault(Errno.NOSPC);
        }
        bytesTaken += bytes;
    }

    void giveBack(long blocks) {
        bytesTaken -= blocks * BLOCK_BYTES;
        memory.giveBackBeside(blocks * BLOCK_BYTES);
    }
}

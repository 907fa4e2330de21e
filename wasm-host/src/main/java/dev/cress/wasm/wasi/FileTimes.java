package dev.cress.wasm.wasi;

/// The times that a call sets, each to a given one, to now, or not at all.
record FileTimes(long accessedNanos, long modifiedNanos, int flags) {
    private static final int ACCESSED = 1;
    private static final int ACCESSED_NOW = 1 << 1;
    private static final int MODIFIED = 1 << 2;
    private static final int MODIFIED_NOW = 1 << 3;

    void set(Inode inode) throws FileFault {
        boolean contradicting = both(ACCESSED | ACCESSED_NOW) || both(MODIFIED | MODIFIED_NOW);
        if (contradicting || flags >>> 4 != 0) {
            throw new FileFault(Errno.INVAL);
        }
        if (inode.isReadOnly()) {
            throw new FileFault(Errno.ROFS);
        }
        long now = GuestClock.nanos(GuestClock.REALTIME);
        if (any(ACCESSED | ACCESSED_NOW)) {
            inode.accessedNanos = any(ACCESSED) ? accessedNanos : now;
        }
        if (any(MODIFIED | MODIFIED_NOW)) {
            inode.modifiedNanos = any(MODIFIED) ? modifiedNanos : now;
        }
        inode.changedNanos = now;
    }

    private boolean both(int asked) {
        return (flags & asked) == asked;
    }

    private boolean any(int asked) {
        return (flags & asked) != 0;
    }
}

package dev.cress.wasm.isolate;

import java.util.concurrent.atomic.AtomicLong;

/// The bytes that all guest memory of one host may take together. Thread-safe.
public final class MemoryBudget {
    private final long bytesMax;
    private final AtomicLong bytesTaken = new AtomicLong();

    public MemoryBudget(long bytesMax) {
        this.bytesMax = bytesMax;
    }

    public long bytesMax() {
        return bytesMax;
    }

    public long bytesTaken() {
        return bytesTaken.get();
    }

    /// Takes these bytes, all or none.
    boolean take(long bytes) {
        if (bytesTaken.addAndGet(bytes) <= bytesMax) {
            return true;
        }
        bytesTaken.addAndGet(-bytes);
        return false;
    }

    void giveBack(long bytes) {
        bytesTaken.addAndGet(-bytes);
    }
}

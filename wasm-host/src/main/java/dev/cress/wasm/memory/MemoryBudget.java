package dev.cress.wasm.memory;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongPredicate;

/// The bytes that all guest memory of one host may take together, in use and in wait. Thread-safe.
public final class MemoryBudget {
    private final long bytesMax;
    private final AtomicLong bytesTaken = new AtomicLong();
    private volatile LongPredicate reclaim = _ -> false;

    public MemoryBudget(long bytesMax) {
        this.bytesMax = bytesMax;
    }

    /// Whom to ask before a request is refused.
    ///
    /// @param holder gives so many bytes back if it can do without them; says whether it gave any
    public void reclaimFrom(LongPredicate holder) {
        reclaim = holder;
    }

    public long bytesMax() {
        return bytesMax;
    }

    public long bytesTaken() {
        return bytesTaken.get();
    }

    /// Takes these bytes, all or none. Memory that waits for a request gives way to one.
    boolean take(long bytes) {
        while (!tryTake(bytes)) {
            if (bytes > bytesMax || !reclaim.test(bytes)) {
                return false;
            }
        }
        return true;
    }

    private boolean tryTake(long bytes) {
        long taken = bytesTaken.get();
        while (taken + bytes <= bytesMax) {
            if (bytesTaken.compareAndSet(taken, taken + bytes)) {
                return true;
            }
            taken = bytesTaken.get();
        }
        return false;
    }

    void giveBack(long bytes) {
        bytesTaken.addAndGet(-bytes);
    }
}

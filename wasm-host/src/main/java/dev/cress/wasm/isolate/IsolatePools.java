package dev.cress.wasm.isolate;

import dev.cress.wasm.memory.MemoryBudget;

import java.time.Duration;
import java.util.Comparator;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/// All pools of a host. One thread tends them; whoever lacks memory takes it from those that were
/// not used for longest. Thread-safe.
public final class IsolatePools implements AutoCloseable {
    private static final Duration TEND_EVERY = Duration.ofSeconds(1);

    /// A pool that wasn't used for so long holds no isolates.
    static final Duration UNUSED_MAX = Duration.ofSeconds(60);

    private final MemoryBudget budget;
    private final Set<IsolatePool> pools = ConcurrentHashMap.newKeySet();
    private final Thread keeper;
    private volatile boolean closed;

    public IsolatePools(MemoryBudget budget) {
        this.budget = budget;
        budget.reclaimFrom(this::reclaim);
        keeper = Thread.ofPlatform().name("cress-isolates").daemon().start(this::tend);
    }

    /// A pool of this blueprint's isolates, until it is closed.
    public IsolatePool pool(Blueprint blueprint) {
        var pool = new IsolatePool(this, blueprint);
        pools.add(pool);
        return pool;
    }

    void remove(IsolatePool pool) {
        pools.remove(pool);
    }

    MemoryBudget budget() {
        return budget;
    }

    /// Gives back everything that waits.
    public void releaseIdle() {
        pools.forEach(pool -> pool.drop(Integer.MAX_VALUE));
    }

    private boolean reclaim(long bytes) {
        long freed = 0;
        for (IsolatePool pool :
                pools.stream().sorted(Comparator.comparingLong(IsolatePool::usedNanos)).toList()) {
            while (freed < bytes) {
                long more = pool.drop(1);
                if (more == 0) {
                    break;
                }
                freed += more;
            }
        }
        return freed > 0;
    }

    private void tend() {
        while (!closed) {
            LockSupport.parkNanos(this, TEND_EVERY.toNanos());
            for (IsolatePool pool : pools) {
                pool.tend(System.nanoTime(), UNUSED_MAX.toNanos());
            }
        }
    }

    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(keeper);
    }
}

package dev.cress.wasm.isolate;

import dev.cress.wasm.memory.MemoryBudget;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.Comparator;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/// All pools of a host. One thread tends them; whoever lacks memory takes it from those that were
/// not used for longest. Thread-safe.
public final class IsolatePools implements AutoCloseable {
    private static final Duration TEND_EVERY = Duration.ofSeconds(1);

    /// A pool that wasn't used for so long holds no isolates.
    static final Duration UNUSED_MAX = Duration.ofSeconds(60);

    private static final Logger LOG = LoggerFactory.getLogger(IsolatePools.class);

    private final MemoryBudget budget;
    private final int inspectEvery;
    private final Duration coldAfter;
    private final AtomicLong mismatches = new AtomicLong();
    private final Set<IsolatePool> pools = ConcurrentHashMap.newKeySet();
    private final Thread keeper;
    private volatile boolean closed;

    /// @param inspectEvery which share of resets is compared with a fresh isolate: 1 for all, 0 for
    ///     none
    /// @param coldAfter how long a pool isn't used before its owner is told
    public IsolatePools(MemoryBudget budget, int inspectEvery, Duration coldAfter) {
        this.budget = budget;
        this.inspectEvery = inspectEvery;
        this.coldAfter = coldAfter;
        budget.reclaimFrom(this::reclaim);
        keeper = Thread.ofPlatform().name("cress-isolates").daemon().start(this::tend);
    }

    /// A pool of this blueprint's isolates, until it is closed.
    ///
    /// @param onCold told, on the keeper's thread, when it wasn't used for long
    public IsolatePool pool(Blueprint blueprint, Runnable onCold) {
        var pool = new IsolatePool(this, blueprint, onCold);
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

    /// Whether this reset is to be compared with a fresh isolate.
    boolean distrusts() {
        return inspectEvery > 0
                && (inspectEvery == 1 || ThreadLocalRandom.current().nextInt(inspectEvery) == 0);
    }

    void mistrust(String difference) {
        mismatches.incrementAndGet();
        String message = "an isolate differs from a fresh one after its reset: " + difference;
        LOG.error(message);
        if (inspectEvery == 1) {
            throw new IllegalStateException(message);
        }
    }

    /// How often an isolate differed from a fresh one after its reset.
    public long mismatches() {
        return mismatches.get();
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
                pool.tend(System.nanoTime(), UNUSED_MAX.toNanos(), coldAfter.toNanos());
            }
        }
    }

    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(keeper);
    }
}

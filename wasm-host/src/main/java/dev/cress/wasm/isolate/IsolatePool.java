package dev.cress.wasm.isolate;

import dev.cress.wasm.memory.GuestMemory;

import org.jspecify.annotations.Nullable;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/// The isolates of one version of one tenant's function, which nobody else's requests ever run on.
/// Each thread gets back the one that it used last, if that waits. Thread-safe, without locks on a
/// request's way.
///
/// ```text
///            acquire                      release
///   idle ──────────────▶ running ──reset──────────▶ idle
///     ▲                     ▲                        │ unused for a while, more than IDLE_MAX,
///     └──tend: fill ahead   └── none idle: made      ▼ or another pool needs the memory
///                                                  given back
/// ```
public final class IsolatePool implements AutoCloseable {
    /// Isolates that wait at most.
    static final int IDLE_MAX = 256;

    private static final int STACKED_MAX = IDLE_MAX - WaitingIsolates.SLOTS;

    private final IsolatePools pools;
    private final Blueprint blueprint;
    private final Runnable onCold;
    private final WaitingIsolates waiting = new WaitingIsolates();
    private final HighWaterMark highWater = new HighWaterMark();

    /// How often none waited since the last look.
    private final AtomicInteger misses = new AtomicInteger();
    private volatile int pagesMaxSeen;
    private volatile long usedNanos = System.nanoTime();
    private volatile boolean closed;

    /// A reset left something behind: from now on every run gets a fresh isolate.
    private volatile boolean mistrusted;

    IsolatePool(IsolatePools pools, Blueprint blueprint, Runnable onCold) {
        this.pools = pools;
        this.blueprint = blueprint;
        this.onCold = onCold;
    }

    /// An isolate that equals a fresh one, or null when its memory doesn't fit the cap or the
    /// budget.
    ///
    /// @param pagesMax that its memory may grow to in this run
    public @Nullable Isolate acquire(int pagesMax) {
        if (blueprint.initialPages() > pagesMax) {
            return null;
        }
        Isolate isolate = waiting.take();
        if (isolate == null) {
            misses.incrementAndGet();
            pagesMaxSeen = pagesMax;
            return make(pagesMax);
        }
        isolate.memory().limit(pagesMax);
        return isolate;
    }

    private @Nullable Isolate make(int pagesMax) {
        int usual = highWater.bytes() / GuestMemory.PAGE_SIZE;
        return blueprint.isolate(pools.budget(), pagesMax, usual);
    }

    /// Takes an isolate back after its run, on the thread that ran it.
    ///
    /// @param endedByItself whether the guest returned or exited, rather than trapped or was
    /// stopped
    public void release(Isolate isolate, boolean endedByItself) {
        int grownTo = isolate.memory().capacity();
        boolean grew = isolate.memory().size() > blueprint.initialPages() * GuestMemory.PAGE_SIZE;
        highWater.add(grew ? isolate.memory().size() : 0);
        boolean keeps =
                grownTo
                        <= Math.max(
                                highWater.bytes(),
                                blueprint.initialPages() * GuestMemory.PAGE_SIZE);
        if (closed || mistrusted || !keeps || waiting.stacked() >= STACKED_MAX) {
            isolate.release();
            return;
        }
        if (isReset(isolate, endedByItself)) {
            waiting.put(isolate);
            dropIfOver();
        } else {
            isolate.release();
        }
    }

    private boolean isReset(Isolate isolate, boolean endedByItself) {
        try {
            isolate.reset(endedByItself);
            return !pools.distrusts() || isAsFresh(isolate);
        } catch (RuntimeException | Error fault) {
            isolate.release();
            throw fault;
        }
    }

    private boolean isAsFresh(Isolate isolate) {
        Isolate fresh = blueprint.isolate(pools.budget(), blueprint.initialPages(), 0);
        if (fresh == null) {
            return true;
        }
        try {
            Optional<String> difference = Paranoia.difference(isolate, fresh);
            difference.ifPresent(
                    d -> {
                        mistrusted = true;
                        dropIfOver();
                        pools.mistrust(d);
                    });
            return difference.isEmpty();
        } finally {
            fresh.release();
        }
    }

    /// Forgets an isolate that a fault of ours left in an unknown state.
    public void discard(Isolate isolate) {
        isolate.release();
    }

    private void dropIfOver() {
        if (closed || mistrusted) {
            drop(Integer.MAX_VALUE);
        }
    }

    /// Isolates that wait for a request.
    public int idle() {
        return waiting.count();
    }

    /// When it was last used or looked at with use since, on [System#nanoTime]'s clock.
    long usedNanos() {
        return usedNanos;
    }

    /// Gives some waiting isolates back. Returns the bytes.
    long drop(int isolates) {
        long bytes = 0;
        for (int i = 0; i < isolates; i++) {
            Isolate isolate = waiting.takeAny();
            if (isolate == null) {
                break;
            }
            bytes += isolate.memory().capacity();
            isolate.release();
        }
        return bytes;
    }

    /// Called now and then: gives back what nobody needed since the last call, and makes one ahead
    /// where there was none; one that wasn't used for long is its owner's to close.
    void tend(long nowNanos, long unusedNanosMax, long coldNanos) {
        highWater.look();
        int missed = misses.getAndSet(0);
        int unneeded = waiting.unneeded();
        if (unneeded > 1) {
            drop(unneeded / 2);
        }
        if (waiting.tidy() || missed > 0) {
            usedNanos = nowNanos;
        }
        if (nowNanos - usedNanos > coldNanos) {
            onCold.run();
        } else if (nowNanos - usedNanos > unusedNanosMax) {
            drop(Integer.MAX_VALUE);
        } else if (missed > 0 && idle() == 0) {
            Isolate ahead = make(pagesMaxSeen);
            if (ahead != null) {
                waiting.push(ahead);
                dropIfOver();
            }
        }
    }

    /// Gives everything back; runs under way give theirs back when they end.
    @Override
    public void close() {
        closed = true;
        pools.remove(this);
        drop(Integer.MAX_VALUE);
    }
}

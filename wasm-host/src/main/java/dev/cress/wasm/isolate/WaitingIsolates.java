package dev.cress.wasm.isolate;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.AtomicReferenceArray;

/// The isolates of one pool that wait for a run. A thread gets back the one that it put last, whose
/// memory is nearest, and meets no other thread on the way; with one stack for all, two threads got
/// two thirds of what one got. Thread-safe, without locks.
///
/// ```text
/// take:  the thread's slot ──empty──▶ the stack ──empty──▶ others' slots ──empty──▶ none
/// put:   the thread's slot ──taken──▶ the stack
/// tidy:  all slots ──▶ the stack, where those stay that nobody needs
/// ```
///
/// A slot belongs to every thread whose number ends alike, so none is left behind when its thread
/// ends.
final class WaitingIsolates {
    /// A power of two; more than guests that run at once, so that they seldom share one.
    static final int SLOTS =
            Integer.highestOneBit(Math.min(64, 4 * Runtime.getRuntime().availableProcessors()));

    /// References between two slots: 128 bytes, as processors fetch cache lines by twos.
    private static final int STRIDE = 32;

    private final AtomicReferenceArray<@Nullable Isolate> slots =
            new AtomicReferenceArray<>((SLOTS + 1) * STRIDE);
    private final AtomicReference<@Nullable Entry> top = new AtomicReference<>();
    private final AtomicInteger stacked = new AtomicInteger();
    private volatile int stackedLow;

    private record Entry(Isolate isolate, @Nullable Entry next) {}

    /// One for a run on this thread, or null when none waits.
    @Nullable Isolate take() {
        Isolate own = takeFrom(here());
        return own != null ? own : takeAny();
    }

    /// One that this thread didn't use last, if there is any.
    @Nullable Isolate takeAny() {
        Isolate isolate = pop();
        for (int slot = STRIDE; isolate == null && slot < slots.length(); slot += STRIDE) {
            isolate = takeFrom(slot);
        }
        return isolate;
    }

    /// This thread used it.
    void put(Isolate isolate) {
        if (!slots.compareAndSet(here(), null, isolate)) {
            push(isolate);
        }
    }

    /// No thread used it yet.
    void push(Isolate isolate) {
        Entry head = top.get();
        while (!top.compareAndSet(head, new Entry(isolate, head))) {
            Thread.onSpinWait();
            head = top.get();
        }
        stacked.incrementAndGet();
    }

    private @Nullable Isolate pop() {
        Entry head = top.get();
        while (head != null && !top.compareAndSet(head, head.next())) {
            Thread.onSpinWait();
            head = top.get();
        }
        if (head == null) {
            return null;
        }
        int left = stacked.decrementAndGet();
        if (left < stackedLow) {
            stackedLow = left;
        }
        return head.isolate();
    }

    private @Nullable Isolate takeFrom(int slot) {
        return slots.get(slot) == null ? null : slots.getAndSet(slot, null);
    }

    private static int here() {
        return (((int) Thread.currentThread().threadId() & (SLOTS - 1)) + 1) * STRIDE;
    }

    /// How many wait.
    int count() {
        int count = Math.max(0, stacked.get());
        for (int slot = STRIDE; slot < slots.length(); slot += STRIDE) {
            count += slots.get(slot) == null ? 0 : 1;
        }
        return count;
    }

    /// How many wait, but for the threads' own: these are [#SLOTS] at most.
    int stacked() {
        return stacked.get();
    }

    /// How many no thread needed since [#tidy], at least.
    int unneeded() {
        return Math.max(0, stackedLow);
    }

    /// Takes the threads' own from them: who needs one takes it again, and what is left wasn't
    /// needed. Returns whether there were any, which says that runs ended since the last time.
    boolean tidy() {
        boolean any = false;
        for (int slot = STRIDE; slot < slots.length(); slot += STRIDE) {
            Isolate isolate = takeFrom(slot);
            if (isolate != null) {
                any = true;
                push(isolate);
            }
        }
        stackedLow = stacked.get();
        return any;
    }
}

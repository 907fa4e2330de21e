package dev.cress.node.outbound;

import io.vertx.core.Context;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

/// How long is waited for the other side, from one step to the next. One timer serves them all: it
/// is put off when it fires, not with every step. Event loop.
final class Patience {
    private static final long NO_TIMER = -1;

    private final Context context;
    private final BiConsumer<String, Duration> atEnd;
    private long timer = NO_TIMER;
    private long firesNanos;
    private long endNanos;
    private boolean waiting;
    private String step = "";
    private Duration allowed = Duration.ZERO;

    /// @param atEnd is told the step that took too long, and what it was allowed
    Patience(Context context, BiConsumer<String, Duration> atEnd) {
        this.context = context;
        this.atEnd = atEnd;
    }

    /// From now on it waits for this step, so long.
    void until(String step, Duration allowed) {
        this.step = step;
        this.allowed = allowed;
        endNanos = System.nanoTime() + allowed.toNanos();
        waiting = true;
        if (timer == NO_TIMER || firesNanos - endNanos > 0) {
            cancel();
            arm();
        }
    }

    /// From now on it is the guest that is waited for.
    void none() {
        waiting = false;
    }

    void end() {
        waiting = false;
        cancel();
    }

    private void arm() {
        firesNanos = endNanos;
        long ms = TimeUnit.NANOSECONDS.toMillis(endNanos - System.nanoTime()) + 1;
        timer = context.owner().setTimer(Math.max(1, ms), _ -> fired());
    }

    private void fired() {
        timer = NO_TIMER;
        if (!waiting) {
            return;
        }
        if (endNanos - System.nanoTime() > 0) {
            arm();
        } else {
            waiting = false;
            atEnd.accept(step, allowed);
        }
    }

    private void cancel() {
        if (timer != NO_TIMER) {
            context.owner().cancelTimer(timer);
            timer = NO_TIMER;
        }
    }
}

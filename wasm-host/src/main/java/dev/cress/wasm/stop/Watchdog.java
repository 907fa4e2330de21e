package dev.cress.wasm.stop;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/// Stops runs that used up their CPU or wall time. One thread of its own looks at every run about
/// once a millisecond; a run's CPU time is read only when it can have been used up. Thread-safe.
public final class Watchdog implements AutoCloseable {
    private static final long TICK_NANOS = Duration.ofMillis(1).toNanos();

    private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    private final Set<Watch> watches = ConcurrentHashMap.newKeySet();
    private final Thread thread;
    private volatile boolean closed;
    private volatile boolean idle;

    public Watchdog() {
        thread =
                Thread.ofPlatform()
                        .name("cress-watchdog")
                        .daemon()
                        .priority(Thread.MAX_PRIORITY)
                        .start(this::look);
    }

    /// One run under watch, from when it was made by [#watch] until it is closed.
    public final class Watch implements AutoCloseable {
        private final RunWord word;
        private final long threadId = Thread.currentThread().threadId();
        private final long cpuLimitNanos;
        private final long cpuStartNanos = threads.getCurrentThreadCpuTime();
        private final long wallEndNanos;
        private long cpuLookNanos;

        private Watch(RunWord word, Duration cpu, Duration wall) {
            this.word = word;
            this.cpuLimitNanos = cpu.toNanos();
            long now = System.nanoTime();
            this.wallEndNanos = now + wall.toNanos();
            this.cpuLookNanos = now + cpuLimitNanos;
        }

        private void look(long now) {
            if (now - wallEndNanos >= 0) {
                word.stop(StopReason.WALL_LIMIT);
            } else if (now - cpuLookNanos >= 0) {
                long left = cpuLimitNanos - (threads.getThreadCpuTime(threadId) - cpuStartNanos);
                if (left <= 0) {
                    word.stop(StopReason.CPU_LIMIT);
                }
                // one thread uses no more CPU time than passes on the wall
                cpuLookNanos = now + Math.max(left, TICK_NANOS);
            }
        }

        /// CPU time since the watch began, ns. Call on the watched thread.
        public long cpuNanos() {
            return threads.getCurrentThreadCpuTime() - cpuStartNanos;
        }

        @Override
        public void close() {
            watches.remove(this);
        }
    }

    /// Watches the run that begins on the calling thread.
    public Watch watch(RunWord word, Duration cpu, Duration wall) {
        var watch = new Watch(word, cpu, wall);
        watches.add(watch);
        if (idle) {
            LockSupport.unpark(thread);
        }
        return watch;
    }

    private void look() {
        while (!closed) {
            if (watches.isEmpty()) {
                waitForWork();
            } else {
                LockSupport.parkNanos(this, TICK_NANOS);
            }
            long now = System.nanoTime();
            for (Watch watch : watches) {
                try {
                    watch.look(now);
                } catch (RuntimeException fault) {
                    // what a host call waits on is not ours: its fault must not free every guest
                    thread.getUncaughtExceptionHandler().uncaughtException(thread, fault);
                }
            }
        }
    }

    /// Says that it is idle before it looks a last time: whoever adds a watch after that look sees
    /// it.
    private void waitForWork() {
        idle = true;
        if (watches.isEmpty() && !closed) {
            LockSupport.park(this);
        }
        idle = false;
    }

    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
    }
}

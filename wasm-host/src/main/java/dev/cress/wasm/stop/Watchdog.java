package dev.cress.wasm.stop;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/// Stops runs that used up their CPU or wall time, and lets long ones yield to quick ones. One
/// thread of its own looks at every run about once a millisecond; a run's CPU time is read only
/// when it can have been used up. Thread-safe.
public final class Watchdog implements AutoCloseable {
    private static final long TICK_NANOS = Duration.ofMillis(1).toNanos();

    /// A run that takes more CPU time than this yields to everybody else's.
    private static final long QUICK_NANOS = Duration.ofMillis(10).toNanos();

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
        private final int nativeThread = ThreadPriority.here();
        private long cpuLookNanos;
        private boolean yielding;
        private boolean closed;

        private Watch(RunWord word, Duration cpu, Duration wall) {
            this.word = word;
            this.cpuLimitNanos = cpu.toNanos();
            long now = System.nanoTime();
            this.wallEndNanos = now + wall.toNanos();
            this.cpuLookNanos = now + Math.min(cpuLimitNanos, QUICK_NANOS);
        }

        private void look(long now) {
            if (now - wallEndNanos >= 0) {
                word.stop(StopReason.WALL_LIMIT);
            } else if (now - cpuLookNanos >= 0) {
                long used = threads.getThreadCpuTime(threadId) - cpuStartNanos;
                if (used >= cpuLimitNanos) {
                    word.stop(StopReason.CPU_LIMIT);
                } else if (used >= QUICK_NANOS && !yielding()) {
                    yieldFromNowOn();
                }
                // one thread uses no more CPU time than passes on the wall
                long left = (used < QUICK_NANOS ? QUICK_NANOS : cpuLimitNanos) - used;
                cpuLookNanos = now + Math.max(left, TICK_NANOS);
            }
        }

        /// CPU time since the watch began, ns. Call on the watched thread.
        public long cpuNanos() {
            return threads.getCurrentThreadCpuTime() - cpuStartNanos;
        }

        private synchronized void yieldFromNowOn() {
            // the thread's next run must not pay for this one
            if (!closed) {
                yielding = ThreadPriority.lower(nativeThread);
            }
        }

        /// Whether the thread has the lowest priority from now on, so that it must not be used
        /// again.
        public synchronized boolean yielding() {
            return yielding;
        }

        @Override
        public synchronized void close() {
            closed = true;
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

package dev.cress.wasm.stop;

import org.jspecify.annotations.Nullable;

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

    /// It goes on looking for so long when nothing runs: to wake it costs a run more than that.
    private static final long LINGER_NANOS = Duration.ofMillis(100).toNanos();

    /// The CPU time that a thread had at its last run's end is taken for what it has at its next
    /// run's begin within this time, and the little that it did in between counts as the next
    /// run's: reading it takes longer than all else that begins a run.
    private static final long CPU_READING_NANOS = Duration.ofMillis(1).toNanos();

    private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    private final Set<Post> posts = ConcurrentHashMap.newKeySet();
    private final ThreadLocal<Post> post = ThreadLocal.withInitial(this::post);
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

    /// A thread that runs guests, one at a time.
    private static final class Post {
        private final Thread thread = Thread.currentThread();
        private final int nativeThread = ThreadPriority.here();
        private volatile @Nullable Watch watch;

        /// The thread's own: its CPU time when it was last read, and when that was.
        private long cpuNanos;

        private long cpuReadNanos;
    }

    private Post post() {
        var made = new Post();
        made.cpuReadNanos = System.nanoTime() - 2 * CPU_READING_NANOS;
        posts.add(made);
        return made;
    }

    /// One run under watch, from when it was made by [#watch] until it is closed.
    public final class Watch implements AutoCloseable {
        private final Post post;
        private final RunWord word;
        private final long cpuLimitNanos;
        private final long cpuStartNanos;
        private final long wallEndNanos;
        private long cpuLookNanos;
        private boolean yielding;
        private boolean closed;

        private Watch(Post post, RunWord word, Duration cpu, Duration wall) {
            this.post = post;
            this.word = word;
            this.cpuLimitNanos = cpu.toNanos();
            long now = System.nanoTime();
            this.cpuStartNanos =
                    now - post.cpuReadNanos < CPU_READING_NANOS
                            ? post.cpuNanos
                            : threads.getCurrentThreadCpuTime();
            this.wallEndNanos = now + wall.toNanos();
            this.cpuLookNanos = now + Math.min(cpuLimitNanos, QUICK_NANOS);
        }

        private void look(long now) {
            if (now - wallEndNanos >= 0) {
                word.stop(StopReason.WALL_LIMIT);
            } else if (now - cpuLookNanos >= 0) {
                long used = threads.getThreadCpuTime(post.thread.threadId()) - cpuStartNanos;
                if (used >= cpuLimitNanos) {
                    word.stop(StopReason.CPU_LIMIT);
                } else if (used >= QUICK_NANOS && !yielding()) {
                    yieldFromNowOn();
                }
                // one thread uses no more CPU time than passes on the wall
                long next =
                        used < QUICK_NANOS ? Math.min(QUICK_NANOS, cpuLimitNanos) : cpuLimitNanos;
                cpuLookNanos = now + Math.max(next - used, TICK_NANOS);
            }
        }

        /// CPU time since the watch began, ns; with what the thread did in up to 1 ms before, if it
        /// had another run then. Call on the watched thread.
        public long cpuNanos() {
            post.cpuNanos = threads.getCurrentThreadCpuTime();
            post.cpuReadNanos = System.nanoTime();
            return post.cpuNanos - cpuStartNanos;
        }

        private synchronized void yieldFromNowOn() {
            // the thread's next run must not pay for this one
            if (!closed) {
                yielding = ThreadPriority.lower(post.nativeThread);
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
            post.watch = null;
        }
    }

    /// Watches the run that begins on the calling thread, which has no other under watch.
    public Watch watch(RunWord word, Duration cpu, Duration wall) {
        Post here = post.get();
        var watch = new Watch(here, word, cpu, wall);
        here.watch = watch;
        if (idle) {
            LockSupport.unpark(thread);
        }
        return watch;
    }

    private void look() {
        long busyNanos = System.nanoTime();
        while (!closed) {
            LockSupport.parkNanos(this, TICK_NANOS);
            long now = System.nanoTime();
            if (lookAtAll(now)) {
                busyNanos = now;
            } else if (now - busyNanos > LINGER_NANOS) {
                waitForWork();
            }
        }
    }

    /// Returns whether there was a run. Forgets threads that have ended.
    private boolean lookAtAll(long now) {
        boolean any = false;
        for (var all = posts.iterator(); all.hasNext(); ) {
            Post at = all.next();
            Watch watch = at.watch;
            if (watch != null) {
                any = true;
                look(watch, now);
            } else if (!at.thread.isAlive()) {
                all.remove();
            }
        }
        return any;
    }

    private void look(Watch watch, long now) {
        try {
            watch.look(now);
        } catch (RuntimeException fault) {
            // what a host call waits on is not ours: its fault must not free every guest
            thread.getUncaughtExceptionHandler().uncaughtException(thread, fault);
        }
    }

    /// Says that it is idle before it looks a last time: whoever begins a run after that look sees
    /// it.
    private void waitForWork() {
        idle = true;
        if (posts.stream().allMatch(at -> at.watch == null) && !closed) {
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

package dev.cress.bench;

import java.time.Duration;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/// How long from a thread that hands a task over until it runs on a thread for guests, which waits
/// for it. The threads are as a node has them: platform threads behind a queue of no length. Who
/// hands over rests in between, as an event loop does.
final class Dispatch {
    private static final long REST_NANOS = TimeUnit.MICROSECONDS.toNanos(100);
    private static final long NOT_YET = -1;

    /// A thread that is done takes a while to wait again, more on a busy machine.
    private static final int THREADS_MAX = 16;

    private Dispatch() {}

    static Times times(Duration length) {
        try (var threads =
                new ThreadPoolExecutor(
                        0, THREADS_MAX, 30, TimeUnit.SECONDS, new SynchronousQueue<>(), daemon())) {
            var taken = new AtomicLong();
            Times.of(length.toNanos() / 2, () -> once(threads, taken));
            return Times.of(length.toNanos() / 2, () -> once(threads, taken));
        }
    }

    private static ThreadFactory daemon() {
        return Thread.ofPlatform().name("guest").daemon().factory();
    }

    private static long once(ThreadPoolExecutor threads, AtomicLong taken) {
        taken.set(NOT_YET);
        long start = System.nanoTime();
        threads.execute(() -> taken.set(System.nanoTime() - start));
        do {
            LockSupport.parkNanos(REST_NANOS);
        } while (taken.get() == NOT_YET);
        return taken.get();
    }
}

package dev.cress.control.store;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;

import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/// Platform threads that touch the database, and the bounded queue before them. Results are handed
/// back on the event loop, those of one thread in the order in which the work was done.
final class StoreThread implements AutoCloseable {
    /// Pieces of work that may wait: some 3 s of commits.
    static final int QUEUE_MAX = 1_024;

    private static final Duration CLOSE_WAIT = Duration.ofSeconds(30);

    private final ThreadPoolExecutor executor;
    private final Context loop;

    StoreThread(Context loop, String name, int threads) {
        this.loop = loop;
        executor =
                new ThreadPoolExecutor(
                        threads,
                        threads,
                        0,
                        TimeUnit.SECONDS,
                        new ArrayBlockingQueue<>(QUEUE_MAX),
                        Thread.ofPlatform().name(name).factory());
    }

    <T> Future<T> run(Supplier<T> work) {
        Promise<T> promise = Promise.promise();
        try {
            executor.execute(
                    () -> {
                        try {
                            T value = work.get();
                            onLoop(() -> promise.complete(value));
                        } catch (RuntimeException | Error e) {
                            onLoop(() -> promise.fail(e));
                        }
                    });
        } catch (RejectedExecutionException _) {
            return Future.failedFuture(executor.isShutdown() ? closed() : busy(queued()));
        }
        return promise.future();
    }

    private static StoreException closed() {
        return new StoreException(
                StoreException.Kind.BUSY, "the store is closed: its server stops");
    }

    static StoreException busy(int queued) {
        return new StoreException(
                StoreException.Kind.BUSY,
                "%d requests wait for the store, at most %d".formatted(queued, QUEUE_MAX));
    }

    /// Runs the work and waits for it, for start-up, when there is no event loop to hold up.
    <T> T call(Callable<T> work) {
        try {
            return executor.submit(work).get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException ours) {
                throw ours;
            }
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the store opened", e);
        }
    }

    void onLoop(Runnable action) {
        loop.runOnContext(_ -> action.run());
    }

    int queued() {
        return executor.getQueue().size();
    }

    /// Finishes what was accepted.
    @Override
    public void close() {
        executor.shutdown();
        try {
            if (!executor.awaitTermination(CLOSE_WAIT.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new IllegalStateException(
                        "the store didn't finish within " + CLOSE_WAIT.toSeconds() + " s");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

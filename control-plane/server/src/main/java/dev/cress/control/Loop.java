package dev.cress.control;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.internal.VertxInternal;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/// The event loop on which I/O and sessions live, as seen by the thread that starts and stops:
/// calls block until they are done there.
final class Loop implements AutoCloseable {
    private static final Duration WITHIN = Duration.ofSeconds(30);
    private static final Duration BLOCKING_MAX = Duration.ofSeconds(5);
    private static final Logger LOG = LoggerFactory.getLogger(Loop.class);

    private final Vertx vertx;
    private final Context context;

    private Loop(Vertx vertx) {
        this.vertx = vertx;
        context = vertx.getOrCreateContext();
    }

    static Loop start() {
        // No copies of class path resources in the temporary folder: nothing is served from there.
        var files =
                new FileSystemOptions()
                        .setClassPathResolvingEnabled(false)
                        .setFileCachingEnabled(false);
        return new Loop(
                Vertx.vertx(
                        new VertxOptions().setEventLoopPoolSize(1).setFileSystemOptions(files)));
    }

    Vertx vertx() {
        return vertx;
    }

    Context context() {
        return context;
    }

    <T> T call(Supplier<T> work) {
        return await(() -> Future.succeededFuture(work.get()));
    }

    void run(Runnable work) {
        await(
                () -> {
                    work.run();
                    return Future.succeededFuture(context);
                });
    }

    /// Runs the work on the loop and waits for its answer. An [IllegalStateException] has as its
    /// cause what went wrong.
    <T> T await(Supplier<Future<T>> work) {
        var done = new CompletableFuture<T>();
        context.runOnContext(
                _ -> {
                    try {
                        work.get().onSuccess(done::complete).onFailure(done::completeExceptionally);
                    } catch (RuntimeException e) {
                        done.completeExceptionally(e);
                    }
                });
        return get(done);
    }

    private static <T> T get(CompletableFuture<T> done) {
        try {
            return done.get(WITHIN.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        } catch (TimeoutException e) {
            throw new IllegalStateException("no answer within " + WITHIN.toSeconds() + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while starting or stopping", e);
        }
    }

    /// Blocking work under way ends first, if it does so soon: the loop is where its answer goes.
    @Override
    public void close() {
        ExecutorService blocking = ((VertxInternal) vertx).workerPool().executor();
        blocking.shutdown();
        try {
            if (!blocking.awaitTermination(BLOCKING_MAX.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn(
                        "stops, though blocking work goes on after {} s", BLOCKING_MAX.toSeconds());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        get(vertx.close().toCompletionStage().toCompletableFuture());
    }
}

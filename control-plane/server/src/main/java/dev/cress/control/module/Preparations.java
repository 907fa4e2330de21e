package dev.cress.control.module;

import dev.cress.control.store.Refusal;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;

import java.nio.file.Path;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/// Runs the [ModulePreparer] beside the event loop: [#RUNNING_MAX] at once, [#QUEUE_MAX] waiting,
/// more are refused. Called on the event loop, answers there.
public final class Preparations implements AutoCloseable {
    /// Preparations at once: each may take a core and hundreds of MiB.
    static final int RUNNING_MAX = 2;

    /// Preparations that may wait.
    static final int QUEUE_MAX = 16;

    private static final int RETRY_AFTER_S = 5;

    private final ModulePreparer preparer;
    private final Context loop;
    private final MeterRegistry meters;
    private final ThreadPoolExecutor executor =
            new ThreadPoolExecutor(
                    RUNNING_MAX,
                    RUNNING_MAX,
                    0,
                    TimeUnit.SECONDS,
                    new ArrayBlockingQueue<>(QUEUE_MAX),
                    Thread.ofPlatform().name("cress-prepare-", 0).daemon().factory());

    public Preparations(ModulePreparer preparer, Context loop, MeterRegistry meters) {
        this.preparer = preparer;
        this.loop = loop;
        this.meters = meters;
        Gauge.builder("cress.control.preparations.queued", executor, e -> e.getQueue().size())
                .description("uploaded modules that wait to be checked")
                .register(meters);
    }

    /// The module's ABI; a [Refusal] if it can't be run or too many wait.
    Future<String> prepare(Path module) {
        Promise<String> promise = Promise.promise();
        try {
            executor.execute(() -> run(module, promise));
        } catch (RejectedExecutionException e) {
            return Future.failedFuture(
                    Refusal.overloaded(
                            "%d modules wait to be checked, at most %d"
                                    .formatted(executor.getQueue().size(), QUEUE_MAX),
                            RETRY_AFTER_S));
        }
        return promise.future();
    }

    private void run(Path module, Promise<String> promise) {
        var timer = Timer.start(meters);
        String outcome = "failed";
        try {
            String abi = preparer.prepare(module);
            outcome = "accepted";
            loop.runOnContext(_ -> promise.complete(abi));
        } catch (RefusedModule e) {
            outcome = "refused";
            var refusal = Refusal.of(422, e.code(), "Module refused", e.reason());
            loop.runOnContext(_ -> promise.fail(refusal));
        } catch (RuntimeException | Error e) {
            loop.runOnContext(_ -> promise.fail(e));
        } finally {
            timer.stop(
                    Timer.builder("cress.control.preparations")
                            .description("checking an uploaded module, by how it ended")
                            .tag("outcome", outcome)
                            .register(meters));
        }
    }

    /// Interrupts what runs: nothing of it is stored yet.
    @Override
    public void close() {
        executor.shutdownNow();
    }
}

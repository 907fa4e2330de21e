package dev.cress.control.module;

import dev.cress.control.store.Refusal;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/// Runs the [ModulePreparer] beside the event loop: [#RUNNING_MAX] at once, [#QUEUE_MAX] of each
/// tenant waiting, more are refused. Tenants take turns. Called on the event loop, answers there;
/// only [#close()] may be called from elsewhere.
public final class Preparations implements AutoCloseable {
    /// Preparations at once: each may take a core and hundreds of MiB.
    static final int RUNNING_MAX = 2;

    /// Preparations of one tenant that may wait.
    static final int QUEUE_MAX = 16;

    /// How long closing waits for what runs to stop: it writes files, which another server may own
    /// by then.
    private static final Duration CLOSE_MAX = Duration.ofSeconds(5);

    private static final int RETRY_AFTER_S = 5;
    private static final Logger LOG = LoggerFactory.getLogger(Preparations.class);

    private final ModulePreparer preparer;
    private final Context loop;
    private final MeterRegistry meters;
    private final FairQueue<Preparation> waiting = new FairQueue<>(QUEUE_MAX);
    private final AtomicInteger queued = new AtomicInteger();
    private final ExecutorService executor =
            Executors.newFixedThreadPool(
                    RUNNING_MAX, Thread.ofPlatform().name("cress-prepare-", 0).daemon().factory());
    private int running;
    private boolean isClosed;

    /// What is to be done, on a thread that may block.
    interface Work {
        /// Returns the module's ABI.
        String run() throws RefusedModule;
    }

    /// A module that waits, and who waits for it. Each is one of its own.
    private static final class Preparation {
        final Work work;
        final Promise<String> abi = Promise.promise();

        Preparation(Work work) {
            this.work = work;
        }
    }

    public Preparations(ModulePreparer preparer, Context loop, MeterRegistry meters) {
        this.preparer = preparer;
        this.loop = loop;
        this.meters = meters;
        Gauge.builder("cress.control.preparations.queued", queued, AtomicInteger::get)
                .description("uploaded modules that wait to be checked")
                .register(meters);
    }

    /// The module's ABI; a [Refusal] if it can't be run or too many wait.
    ///
    /// @param tenant whose turn it takes
    /// @param wanted the ABI that it is meant for, or `auto`
    /// @param unwanted completes if nobody wants to know any more: what still waits then gives up
    ///     its place
    Future<String> prepare(String tenant, Path module, String wanted, Future<Void> unwanted) {
        return prepare(tenant, () -> preparer.prepare(module, wanted), unwanted);
    }

    /// The same of other work.
    Future<String> prepare(String tenant, Work work, Future<Void> unwanted) {
        if (isClosed) {
            return Future.failedFuture(closing());
        }
        var preparation = new Preparation(work);
        if (!waiting.offer(tenant, preparation)) {
            return Future.failedFuture(
                    Refusal.overloaded(
                            "%d modules of yours wait to be checked, at most %d"
                                    .formatted(waiting.size(tenant), QUEUE_MAX),
                            RETRY_AFTER_S));
        }
        startNext();
        unwanted.onComplete(_ -> giveUp(tenant, preparation));
        return preparation.abi.future();
    }

    private void giveUp(String tenant, Preparation preparation) {
        if (waiting.remove(tenant, preparation)) {
            queued.set(waiting.size());
            preparation.abi.fail("nobody waits for it any more");
        }
    }

    private void startNext() {
        while (running < RUNNING_MAX && waiting.size() > 0) {
            Preparation next = waiting.poll().orElseThrow();
            try {
                executor.execute(() -> run(next));
                running++;
            } catch (RejectedExecutionException e) {
                next.abi.fail(closing());
            }
        }
        queued.set(waiting.size());
    }

    private void run(Preparation preparation) {
        var timer = Timer.start(meters);
        String outcome = "failed";
        try {
            String abi = preparation.work.run();
            outcome = "accepted";
            end(() -> preparation.abi.complete(abi));
        } catch (RefusedModule e) {
            outcome = "refused";
            var refusal = Refusal.of(422, e.code(), "Module refused", e.reason());
            end(() -> preparation.abi.fail(refusal));
        } catch (RuntimeException | Error e) {
            end(() -> preparation.abi.fail(e));
        } finally {
            timer.stop(
                    Timer.builder("cress.control.preparations")
                            .description("checking an uploaded module, by how it ended")
                            .tag("outcome", outcome)
                            .register(meters));
        }
    }

    private void end(Runnable answer) {
        onLoop(
                () -> {
                    running--;
                    startNext();
                    answer.run();
                });
    }

    /// What ends after the event loop has nobody who waits for it.
    private void onLoop(Runnable action) {
        try {
            loop.runOnContext(_ -> action.run());
        } catch (RejectedExecutionException e) {
            LOG.debug("the control plane closed meanwhile: {}", e.getMessage());
        }
    }

    private static Refusal closing() {
        return Refusal.of(
                503, "unavailable", "Unavailable", "the control plane stops: try again later");
    }

    /// Interrupts what runs and refuses what waits: nothing of it is stored yet. Blocks until none
    /// runs any more, up to [#CLOSE_MAX]; not to be called on the event loop.
    @Override
    public void close() {
        executor.shutdownNow();
        onLoop(
                () -> {
                    isClosed = true;
                    waiting.drain().forEach(preparation -> preparation.abi.fail(closing()));
                    queued.set(0);
                });
        awaitEnd();
    }

    private void awaitEnd() {
        try {
            if (!executor.awaitTermination(CLOSE_MAX.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn("a preparation goes on after {} s", CLOSE_MAX.toSeconds());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

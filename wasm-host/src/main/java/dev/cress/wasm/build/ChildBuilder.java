package dev.cress.wasm.build;

import dev.cress.wasm.guest.RefusedModuleException;
import dev.cress.wasm.guest.Wanted;
import dev.cress.wasm.image.ImageContent;
import dev.cress.wasm.image.ImageFile;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// Builds each image in a JVM of its own, with a heap, CPU time and wall time of its own, an empty
/// environment and a [SystemWall] around it. Neither parsing nor compiling can be interrupted, so a
/// build that takes too much is killed. Thread-safe; blocks.
public final class ChildBuilder implements ImageBuilder {
    /// How long a worker that was started ahead waits for a build.
    public static final Duration SPARE_IDLE_MAX = Duration.ofMinutes(10);

    private static final Duration TRAINING_MAX = Duration.ofSeconds(60);

    private final Limits limits;
    private final Semaphore free;
    private final SpareWorker spare;
    private volatile boolean expectsBuilds;

    /// What one build may take.
    ///
    /// @param buildsAtOnce further ones wait
    /// @param turn how long they wait for theirs, at most
    public record Limits(
            int heapMib, Duration cpu, Duration wall, int buildsAtOnce, Duration turn) {
        /// Enough for an 11.5 MB engine of a language, which takes 46 to 97 s to compile.
        public static final Limits DEFAULT =
                new Limits(
                        1_024,
                        Duration.ofSeconds(180),
                        Duration.ofSeconds(240),
                        2,
                        Duration.ofSeconds(60));
    }

    public ChildBuilder(Limits limits) {
        this(limits, SPARE_IDLE_MAX);
    }

    ChildBuilder(Limits limits, Duration spareIdleMax) {
        this.limits = limits;
        this.free = new Semaphore(limits.buildsAtOnce(), true);
        this.spare = new SpareWorker(() -> worker(true), spareIdleMax);
    }

    private WorkerProcess worker(boolean rehearses) throws IOException {
        return new WorkerProcess(WorkerCommand.start(limits, rehearses), limits);
    }

    @Override
    public ImageContent build(byte[] module, Wanted wanted) throws RefusedModuleException {
        try {
            if (!free.tryAcquire(limits.turn().toMillis(), TimeUnit.MILLISECONDS)) {
                throw limit(
                        "%d builds run and none ended within %d s: try again"
                                .formatted(limits.buildsAtOnce(), limits.turn().toSeconds()));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw limit("the build was called off");
        }
        try {
            return ImageFile.read(buildInChild(module, wanted));
        } catch (IOException e) {
            throw new UncheckedIOException("a build worker can't be used", e);
        } finally {
            free.release();
            if (expectsBuilds) {
                spare.startAhead();
            }
        }
    }

    private byte[] buildInChild(byte[] module, Wanted wanted)
            throws IOException, RefusedModuleException {
        var waiting = spare.take();
        try (WorkerProcess worker = waiting.isPresent() ? waiting.get() : worker(false)) {
            return worker.build(module, wanted);
        }
    }

    /// Keeps one worker started ahead, for [#SPARE_IDLE_MAX] after the last build: some 100 MB that
    /// save a build most of its first half second.
    @Override
    public void expectBuilds() {
        expectsBuilds = true;
        spare.startAhead();
    }

    @Override
    public void close() {
        spare.close();
    }

    /// Builds a module in a worker that then has its JVM write down what it loaded, for workers
    /// that find it by the system property `cress.build.cache`. Blocks, for seconds.
    ///
    /// @param module trusted: the worker has no wall
    /// @param cache the file to make
    public static void train(byte[] module, Path cache) throws RefusedModuleException {
        var limits = Limits.DEFAULT;
        try (var worker = new WorkerProcess(WorkerCommand.startTraining(limits, cache), limits)) {
            worker.build(module, Wanted.AUTO);
            if (!worker.awaitEnd(TRAINING_MAX)) {
                throw new IOException(
                        "a worker's cache wasn't written within %d s"
                                .formatted(TRAINING_MAX.toSeconds()));
            }
            if (!Files.exists(cache)) {
                throw new IOException("a worker's JVM wrote no cache: " + worker.said());
            }
        } catch (IOException e) {
            throw new UncheckedIOException("no build worker can be trained", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    static RefusedModuleException limit(String message) {
        return new RefusedModuleException("build-limit", message);
    }
}

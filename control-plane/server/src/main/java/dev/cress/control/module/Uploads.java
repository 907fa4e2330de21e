package dev.cress.control.module;

import dev.cress.contract.Api.ModuleInfo;
import dev.cress.contract.Sha256;
import dev.cress.control.store.Refusal;
import dev.cress.control.store.Store;

import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.file.OpenOptions;
import io.vertx.core.streams.ReadStream;

import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/// Takes in modules: to a file as they stream, then checked, then stored whole or not at all. A
/// module that is stored already isn't checked again. Lives on the event loop.
public final class Uploads {
    /// Uploads at once, from the first byte to the answer; each may fill a file of the largest
    /// module's size.
    static final int UPLOADS_MAX = 32;

    private static final int RETRY_AFTER_S = 5;

    private final Vertx vertx;
    private final Path folder;
    private final int bytesMax;
    private final Preparations preparations;
    private final Store store;
    private final DistributionSummary sizes;
    private final AtomicInteger running = new AtomicInteger();
    private long files;

    /// @param folder for files that live as long as their upload
    /// @param bytesMax bytes of one module
    public Uploads(
            Vertx vertx,
            Path folder,
            int bytesMax,
            Preparations preparations,
            Store store,
            MeterRegistry meters) {
        this.vertx = vertx;
        this.folder = folder;
        this.bytesMax = bytesMax;
        this.preparations = preparations;
        this.store = store;
        sizes =
                DistributionSummary.builder("cress.control.upload")
                        .description("bytes of uploaded modules")
                        .baseUnit("bytes")
                        .register(meters);
        Gauge.builder("cress.control.uploads.running", running, AtomicInteger::get)
                .description("uploads between their first byte and their answer")
                .register(meters);
    }

    /// A module that is stored.
    ///
    /// @param isNew whether this upload brought it
    public record Stored(ModuleInfo module, boolean isNew) {}

    /// Reads a body to its end and stores it. Call before the body's first event.
    ///
    /// @param declaredBytes what the sender says that it will send, -1 if it doesn't say
    public Future<Stored> receive(ReadStream<Buffer> body, long declaredBytes) {
        if (declaredBytes > bytesMax) {
            return Future.failedFuture(UploadFile.tooLarge(declaredBytes, bytesMax));
        }
        if (running.get() >= UPLOADS_MAX) {
            return Future.failedFuture(
                    Refusal.overloaded(
                            "%d uploads are under way, at most %d"
                                    .formatted(running.get(), UPLOADS_MAX),
                            RETRY_AFTER_S));
        }
        running.incrementAndGet();
        var upload = new UploadFile(body, bytesMax);
        Path path = folder.resolve("upload-" + files++);
        return vertx.fileSystem()
                .open(path.toString(), new OpenOptions().setCreateNew(true))
                .compose(upload::into)
                .recover(e -> Future.failedFuture(UploadFile.explain(e)))
                .compose(received -> store(path, received))
                .eventually(() -> delete(path))
                .onComplete(_ -> running.decrementAndGet());
    }

    private Future<Stored> store(Path path, UploadFile.Received received) {
        sizes.record((double) received.bytes());
        return store.module(received.sha256())
                .compose(
                        known ->
                                known.isPresent()
                                        ? Future.succeededFuture(new Stored(known.get(), false))
                                        : prepare(path, received));
    }

    private Future<Stored> prepare(Path path, UploadFile.Received received) {
        Sha256 sha256 = received.sha256();
        return preparations
                .prepare(path)
                .compose(abi -> store.addModule(sha256, received.bytes(), abi, path))
                .compose(
                        added ->
                                added.map(
                                                module ->
                                                        Future.succeededFuture(
                                                                new Stored(module, true)))
                                        .orElseGet(() -> store.module(sha256).map(this::known)));
    }

    private Stored known(Optional<ModuleInfo> module) {
        return new Stored(module.orElseThrow(), false);
    }

    private Future<Void> delete(Path path) {
        return vertx.fileSystem().delete(path.toString()).otherwiseEmpty();
    }
}

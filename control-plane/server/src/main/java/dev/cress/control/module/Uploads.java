package dev.cress.control.module;

import dev.cress.contract.Api.BundleInfo;
import dev.cress.contract.Api.ModuleInfo;
import dev.cress.contract.BundleIndex;
import dev.cress.contract.Manifest;
import dev.cress.contract.Sha256;
import dev.cress.contract.TenantName;
import dev.cress.control.store.Pushed;
import dev.cress.control.store.Refusal;
import dev.cress.control.store.Uploaded;

import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.file.AsyncFile;
import io.vertx.core.file.OpenOptions;
import io.vertx.core.streams.ReadStream;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/// Takes in modules and archives of files: to a file as they stream, then checked, then stored
/// whole or not at all. What its tenant has stored already isn't checked again; what only another
/// tenant has is, as if it weren't there. Lives on the event loop.
public final class Uploads {
    /// Uploads at once, from the first byte to the answer; each may fill a file of the largest
    /// module's size.
    static final int UPLOADS_MAX = 32;

    /// Uploads of one tenant at once: what it may have running and waiting, and some more that are
    /// still being received.
    static final int UPLOADS_PER_TENANT_MAX = Preparations.RUNNING_MAX + Preparations.QUEUE_MAX + 2;

    private static final int RETRY_AFTER_S = 5;

    private final Vertx vertx;
    private final Path folder;
    private final int bytesMax;
    private final Preparations preparations;
    private final Uploaded stored;
    private final DistributionSummary sizes;
    private final AtomicInteger running = new AtomicInteger();
    private final Map<TenantName, Integer> runningByTenant = new HashMap<>();
    private long files;

    /// @param folder for files that live as long as their upload
    /// @param bytesMax bytes of one module
    public Uploads(
            Vertx vertx,
            Path folder,
            int bytesMax,
            Preparations preparations,
            Uploaded stored,
            MeterRegistry meters) {
        this.vertx = vertx;
        this.folder = folder;
        this.bytesMax = bytesMax;
        this.preparations = preparations;
        this.stored = stored;
        sizes =
                DistributionSummary.builder("cress.control.upload")
                        .description("bytes of uploaded modules")
                        .baseUnit("bytes")
                        .register(meters);
        Gauge.builder("cress.control.uploads.running", running, AtomicInteger::get)
                .description("uploads between their first byte and their answer")
                .register(meters);
    }

    /// Uploads of blobs by registry tools, beside these and in the same folder.
    public BlobUploads blobs(Pushed pushed, InstantSource clock) {
        return new BlobUploads(vertx, folder, bytesMax, pushed, clock);
    }

    /// A module that is stored.
    ///
    /// @param isNew whether this upload brought it
    public record Stored(ModuleInfo module, boolean isNew) {}

    /// Who sends something.
    ///
    /// @param gone completes if it has left before its answer
    public record Sender(Uploaded.Sender who, Future<Void> gone) {
        TenantName tenant() {
            return who.tenant();
        }
    }

    /// Files that are stored.
    ///
    /// @param isNew whether this upload brought them
    public record StoredBundle(BundleInfo bundle, boolean isNew) {}

    /// Reads a module to its end and stores it. Call before the body's first event.
    ///
    /// @param declaredBytes what the sender says that it will send, -1 if it doesn't say
    /// @param abi the ABI that it is meant for, or `auto`: what is stored for another is checked
    ///     again
    public Future<Stored> receive(
            Sender sender, ReadStream<Buffer> body, long declaredBytes, String abi) {
        return receive(
                sender,
                body,
                declaredBytes,
                "module",
                bytesMax,
                (from, path, received) -> store(from, path, received, abi));
    }

    /// The same for an archive of files.
    public Future<StoredBundle> receiveBundle(
            Sender sender, ReadStream<Buffer> body, long declaredBytes) {
        return receive(
                sender, body, declaredBytes, "archive", BundleIndex.BYTES_MAX, this::storeBundle);
    }

    private interface Storing<T> {
        Future<T> store(Sender sender, Path path, UploadFile.Received received);
    }

    private <T> Future<T> receive(
            Sender sender,
            ReadStream<Buffer> body,
            long declaredBytes,
            String what,
            int most,
            Storing<T> store) {
        if (declaredBytes > most) {
            return Future.failedFuture(UploadFile.tooLarge(what, declaredBytes, most));
        }
        var upload = new UploadFile(body, what, most);
        return inFile(
                sender,
                (path, file) ->
                        upload.into(file)
                                .recover(e -> Future.failedFuture(UploadFile.explain(e)))
                                .compose(received -> store.store(sender, path, received)));
    }

    private interface InFile<T> {
        /// @param file to be closed
        Future<T> run(Path path, AsyncFile file);
    }

    /// Does this with a fresh file, which is gone afterwards.
    private <T> Future<T> inFile(Sender sender, InFile<T> work) {
        int ofTenant = runningByTenant.getOrDefault(sender.tenant(), 0);
        if (ofTenant >= UPLOADS_PER_TENANT_MAX) {
            return Future.failedFuture(
                    overloaded(ofTenant + " uploads of yours", UPLOADS_PER_TENANT_MAX));
        }
        if (running.get() >= UPLOADS_MAX) {
            return Future.failedFuture(overloaded(running.get() + " uploads", UPLOADS_MAX));
        }
        running.incrementAndGet();
        runningByTenant.merge(sender.tenant(), 1, Integer::sum);
        Path path = folder.resolve("upload-" + files++);
        return vertx.fileSystem()
                .open(path.toString(), new OpenOptions().setCreateNew(true))
                .recover(e -> Future.failedFuture(UploadFile.explain(e)))
                .compose(file -> work.run(path, file))
                .eventually(() -> delete(path))
                .onComplete(_ -> ended(sender.tenant()));
    }

    private static Refusal overloaded(String what, int most) {
        return Refusal.overloaded(
                "%s are under way, at most %d".formatted(what, most), RETRY_AFTER_S);
    }

    private void ended(TenantName tenant) {
        running.decrementAndGet();
        runningByTenant.computeIfPresent(tenant, (_, count) -> count == 1 ? null : count - 1);
    }

    private Future<StoredBundle> storeBundle(
            Sender sender, Path path, UploadFile.Received received) {
        Sha256 sha256 = received.sha256();
        return stored.bundleAgain(sender.tenant(), sha256)
                .compose(
                        known ->
                                known.isPresent()
                                        ? Future.succeededFuture(
                                                new StoredBundle(known.get(), false))
                                        : vertx.executeBlocking(() -> BundleCheck.files(path))
                                                .compose(
                                                        count ->
                                                                stored.addBundle(
                                                                        sender.who(),
                                                                        sha256,
                                                                        received.bytes(),
                                                                        count,
                                                                        path))
                                                .map(bundle -> new StoredBundle(bundle, true)));
    }

    private Future<Stored> store(
            Sender sender, Path path, UploadFile.Received received, String abi) {
        sizes.record((double) received.bytes());
        return stored.again(sender.tenant(), received.sha256())
                .compose(
                        known ->
                                known.isPresent() && isFor(abi, known.get())
                                        ? Future.succeededFuture(new Stored(known.get(), false))
                                        : prepare(sender, path, received, abi));
    }

    /// Has a blob that the sender pushed be a module for this ABI: checks it, unless it was found
    /// to be one before.
    public Future<ModuleInfo> adopt(Sender sender, Pushed pushed, Pushed.Blob blob, String abi) {
        return stored.again(sender.tenant(), blob.sha256())
                .compose(
                        known ->
                                known.isPresent() && isFor(abi, known.get())
                                        ? Future.succeededFuture(known.get())
                                        : inFile(
                                                sender,
                                                (path, file) ->
                                                        copy(pushed, blob, 0, file)
                                                                .eventually(file::close)
                                                                .compose(
                                                                        _ ->
                                                                                adopt(
                                                                                        sender,
                                                                                        pushed,
                                                                                        blob, path,
                                                                                        abi))));
    }

    private Future<ModuleInfo> adopt(
            Sender sender, Pushed pushed, Pushed.Blob blob, Path path, String wanted) {
        return preparations
                .prepare(sender.tenant().value(), path, wanted, sender.gone())
                .compose(abi -> pushed.adopt(sender.tenant(), blob, abi, path));
    }

    private static Future<Void> copy(Pushed pushed, Pushed.Blob blob, int from, AsyncFile file) {
        return pushed.chunk(blob, from)
                .compose(
                        chunk ->
                                chunk.isEmpty()
                                        ? requireWhole(blob, file)
                                        : file.write(Buffer.buffer(chunk.get()))
                                                .compose(_ -> copy(pushed, blob, from + 1, file)));
    }

    /// Somebody else's push may have made it a module meanwhile, and a collector taken the rest.
    private static Future<Void> requireWhole(Pushed.Blob blob, AsyncFile file) {
        return file.getWritePos() == blob.bytes()
                ? Future.succeededFuture()
                : Future.failedFuture(Pushed.unknownBlob(blob.sha256()));
    }

    private static boolean isFor(String abi, ModuleInfo module) {
        return abi.equals(Manifest.AUTO) || abi.equals(module.abi());
    }

    private Future<Stored> prepare(
            Sender sender, Path path, UploadFile.Received received, String wanted) {
        Sha256 sha256 = received.sha256();
        return preparations
                .prepare(sender.tenant().value(), path, wanted, sender.gone())
                .compose(
                        abi ->
                                stored.addModule(sender.who(), sha256, received.bytes(), abi, path)
                                        .compose(added -> answer(sender, sha256, abi, added)));
    }

    private Future<Stored> answer(
            Sender sender, Sha256 sha256, String abi, Optional<ModuleInfo> added) {
        return added.map(module -> Future.succeededFuture(new Stored(module, true)))
                .orElseGet(
                        () ->
                                stored.module(sender.tenant(), sha256)
                                        .map(
                                                module ->
                                                        known(
                                                                module.orElseThrow(
                                                                        () ->
                                                                                Refusal
                                                                                        .unknownModule(
                                                                                                sha256)),
                                                                abi)));
    }

    private static Stored known(ModuleInfo stored, String abi) {
        return new Stored(
                new ModuleInfo(stored.sha256(), stored.bytes(), abi, stored.createdAtMs()), false);
    }

    private Future<Void> delete(Path path) {
        return vertx.fileSystem().delete(path.toString()).otherwiseEmpty();
    }
}

package dev.cress.control.module;

import dev.cress.contract.FunctionName;
import dev.cress.contract.Sha256;
import dev.cress.contract.TenantName;
import dev.cress.control.store.Pushed;
import dev.cress.control.store.Pushed.Blob;
import dev.cress.control.store.Refusal;
import dev.cress.control.store.Secrets;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.file.OpenOptions;
import io.vertx.core.streams.ReadStream;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/// Uploads of blobs, whole or in pieces, as registry tools send them (OCI distribution 1.1,
/// "Pushing blobs"). Each is a file of this server's: other servers on the same store don't know
/// it, and a restart ends it. What was received when a connection broke stays, for the sender to go
/// on there. Lives on the event loop.
public final class BlobUploads {
    /// Uploads that are open at once; each may fill a file of the largest module's size.
    static final int OPEN_MAX = 64;

    /// Those of one tenant.
    static final int OPEN_PER_TENANT_MAX = 16;

    /// How long one stays open on which nothing moves.
    static final Duration IDLE_MAX = Duration.ofMinutes(10);

    /// Bytes of a blob that is no module: configs and settings.
    public static final int SIDE_BYTES_MAX = 64 << 10;

    private static final Duration LOOK_EVERY = Duration.ofMinutes(1);
    private static final int RETRY_AFTER_S = 5;
    private static final byte[] MAGIC = {0, 'a', 's', 'm'};

    private final Vertx vertx;
    private final Path folder;
    private final int bytesMax;
    private final Pushed pushed;
    private final InstantSource clock;
    private final Map<String, Session> open = new HashMap<>();

    BlobUploads(Vertx vertx, Path folder, int bytesMax, Pushed pushed, InstantSource clock) {
        this.vertx = vertx;
        this.folder = folder;
        this.bytesMax = bytesMax;
        this.pushed = pushed;
        this.clock = clock;
        vertx.setPeriodic(LOOK_EVERY.toMillis(), _ -> endIdle());
    }

    /// One upload, and how far it is. Changed by one request at a time.
    public static final class Session {
        private final String id = Secrets.hex(16);
        private final FunctionName function;
        private final Path path;
        private final MessageDigest digest = Sha256.digest();
        private long bytes;
        private long movedAtMs;
        private boolean busy;

        private Session(FunctionName function, Path folder, long nowMs) {
            this.function = function;
            this.path = folder.resolve("blob-" + id);
            this.movedAtMs = nowMs;
        }

        public String id() {
            return id;
        }

        /// How many bytes have come.
        public long bytes() {
            return bytes;
        }
    }

    /// Begins an upload, or refuses to.
    public Session begin(FunctionName function) {
        long ofTenant =
                open.values().stream().filter(each -> isOf(each, function.tenant())).count();
        if (ofTenant >= OPEN_PER_TENANT_MAX || open.size() >= OPEN_MAX) {
            boolean own = ofTenant >= OPEN_PER_TENANT_MAX;
            throw Refusal.overloaded(
                    "%d uploads%s are open, at most %d: end some, or wait %d min"
                            .formatted(
                                    own ? ofTenant : open.size(),
                                    own ? " of yours" : "",
                                    own ? OPEN_PER_TENANT_MAX : OPEN_MAX,
                                    IDLE_MAX.toMinutes()),
                    RETRY_AFTER_S);
        }
        var session = new Session(function, folder, clock.millis());
        open.put(session.id, session);
        return session;
    }

    private static boolean isOf(Session session, TenantName tenant) {
        return session.function.tenant().equals(tenant);
    }

    /// The open upload of this id, to this function.
    public Session find(FunctionName function, String id) {
        Session session = open.get(id);
        if (session == null || !session.function.equals(function)) {
            throw Refusal.of(
                    404,
                    "BLOB_UPLOAD_UNKNOWN",
                    "Unknown upload",
                    "no such upload is open here: it ended, nothing moved for %d min, or another control plane has it; begin again"
                            .formatted(IDLE_MAX.toMinutes()));
        }
        return session;
    }

    /// Adds a piece to the end. Call before the body's first event.
    ///
    /// @param declaredBytes what the sender says that it will send, -1 if it doesn't say
    public Future<Session> append(Session session, ReadStream<Buffer> body, long declaredBytes) {
        if (session.busy) {
            return Future.failedFuture(inUse());
        }
        if (declaredBytes > bytesMax - session.bytes) {
            end(session);
            return Future.failedFuture(
                    UploadFile.tooLarge("blob", session.bytes + declaredBytes, bytesMax));
        }
        session.busy = true;
        var upload = new UploadFile(body, "blob", bytesMax, session.digest, session.bytes);
        return vertx.fileSystem()
                .open(session.path.toString(), new OpenOptions().setAppend(true))
                .compose(upload::appendTo)
                .transform(
                        written -> {
                            session.bytes = upload.bytes();
                            session.movedAtMs = clock.millis();
                            return written.succeeded()
                                    ? Future.succeededFuture(session)
                                    : keepOrEnd(session, written.cause());
                        })
                .onComplete(_ -> session.busy = false);
    }

    /// What a broken connection left can be gone on with if the file has all that was counted.
    private Future<Session> keepOrEnd(Session session, Throwable cause) {
        return vertx.fileSystem()
                .props(session.path.toString())
                .map(props -> props.size() == session.bytes)
                .otherwise(false)
                .compose(
                        whole -> {
                            if (!whole) {
                                end(session);
                            }
                            return Future.failedFuture(UploadFile.explain(cause));
                        });
    }

    /// Adds the last piece, and stores the whole if it has this digest. Ends the upload, whatever
    /// comes of it, unless the last piece breaks off.
    public Future<Blob> finish(
            Session session, ReadStream<Buffer> body, long declaredBytes, Sha256 wanted) {
        return append(session, body, declaredBytes)
                .compose(
                        _ -> {
                            session.busy = true;
                            return store(session, wanted)
                                    .onComplete(
                                            _ -> {
                                                session.busy = false;
                                                end(session);
                                            });
                        });
    }

    /// The same of one that its sender can't go on with: nobody was told its id.
    public Future<Blob> whole(
            FunctionName function, ReadStream<Buffer> body, long declaredBytes, Sha256 wanted) {
        Session session = begin(function);
        return finish(session, body, declaredBytes, wanted).onFailure(_ -> end(session));
    }

    private Future<Blob> store(Session session, Sha256 wanted) {
        Sha256 found = Sha256.ofDigest(session.digest.digest());
        if (!found.equals(wanted)) {
            return Future.failedFuture(
                    Refusal.of(
                            400,
                            "DIGEST_INVALID",
                            "Other bytes",
                            "the %d bytes that came are sha256:%s, not sha256:%s"
                                    .formatted(session.bytes, found, wanted)));
        }
        if (session.bytes <= SIDE_BYTES_MAX) {
            return pushed.add(session.function.tenant(), found, session.bytes, session.path);
        }
        return vertx.executeBlocking(() -> looksLikeAModule(session.path))
                .compose(
                        isOne ->
                                isOne
                                        ? pushed.add(
                                                session.function.tenant(),
                                                found,
                                                session.bytes,
                                                session.path)
                                        : Future.failedFuture(noModule(session.bytes)));
    }

    private static boolean looksLikeAModule(Path path) {
        try (var in = Files.newInputStream(path)) {
            return Arrays.equals(in.readNBytes(MAGIC.length), MAGIC);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Refusal noModule(long bytes) {
        return Refusal.of(
                400,
                "BLOB_UPLOAD_INVALID",
                "No module",
                "a blob of %d bytes that is no Wasm module; what else is pushed has at most %d bytes; %s"
                        .formatted(bytes, SIDE_BYTES_MAX, PushedManifest.TAKEN));
    }

    /// Ends an upload before its time.
    public void cancel(Session session) {
        if (session.busy) {
            throw inUse();
        }
        end(session);
    }

    private static Refusal inUse() {
        return Refusal.of(
                409,
                "BLOB_UPLOAD_INVALID",
                "Upload in use",
                "another request sends to this upload: wait for its end");
    }

    private void end(Session session) {
        open.remove(session.id);
        vertx.fileSystem().delete(session.path.toString()).otherwiseEmpty();
    }

    /// Every [#LOOK_EVERY].
    void endIdle() {
        long before = clock.millis() - IDLE_MAX.toMillis();
        new ArrayList<>(open.values())
                .stream().filter(each -> !each.busy && each.movedAtMs < before).forEach(this::end);
    }
}

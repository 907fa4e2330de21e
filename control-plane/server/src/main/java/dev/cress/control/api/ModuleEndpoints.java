package dev.cress.control.api;

import dev.cress.contract.ByteRange;
import dev.cress.contract.Manifest;
import dev.cress.contract.Sha256;
import dev.cress.control.module.Uploads;
import dev.cress.control.store.Chunks;
import dev.cress.control.store.Refusal;
import dev.cress.control.store.Uploaded;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;

import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;

/// Modules and archives of files: up as they stream, down piece by piece. Lives on the event loop.
final class ModuleEndpoints {
    private final Uploaded stored;
    private final Uploads uploads;

    ModuleEndpoints(Uploaded stored, Uploads uploads) {
        this.stored = stored;
        this.uploads = uploads;
    }

    Future<Answer> upload(Call call) {
        String abi = call.oneOf("abi", Manifest.AUTO, Manifest.ABIS);
        var body = call.request();
        return call.begun(uploads.receive(sender(call), body, call.declaredBytes(), abi))
                .map(
                        upload ->
                                stored(
                                        upload.module(),
                                        upload.isNew(),
                                        "/v1/modules/" + upload.module().sha256()));
    }

    Future<Answer> uploadBundle(Call call) {
        return call.begun(uploads.receiveBundle(sender(call), call.request(), call.declaredBytes()))
                .map(
                        upload ->
                                stored(
                                        upload.bundle(),
                                        upload.isNew(),
                                        "/v1/assets/" + upload.bundle().sha256()));
    }

    private static Answer stored(Object what, boolean isNew, String path) {
        return isNew ? Answer.created(what, path) : Answer.ok(what);
    }

    private static Uploads.Sender sender(Call call) {
        return new Uploads.Sender(new Uploaded.Sender(call.tenant(), call.actor()), call.gone());
    }

    Future<Answer> list(Call call) {
        var slice = Slice.of(call);
        return stored.modules(call.tenant(), slice.after(), slice.wanted())
                .map(found -> slice.answer(found, each -> each.sha256().hex()).tagged());
    }

    Future<Answer> download(Call call) {
        var sha256 = new Sha256(call.argument());
        var module =
                call.caller().isFleets()
                        ? stored.module(sha256)
                        : stored.module(call.tenant(), sha256);
        return module.compose(
                        found -> {
                            long bytes =
                                    found.orElseThrow(() -> Refusal.unknownModule(sha256)).bytes();
                            var part = begin(call, "application/wasm", sha256, bytes);
                            return send(
                                    call.response(), at -> stored.moduleChunk(sha256, at), part);
                        })
                .map(_ -> Answer.STREAMED);
    }

    Future<Answer> downloadBundle(Call call) {
        var sha256 = new Sha256(call.argument());
        var bundle =
                call.caller().isFleets()
                        ? stored.bundle(sha256)
                        : stored.bundle(call.tenant(), sha256);
        return bundle.compose(
                        found -> {
                            long bytes =
                                    found.orElseThrow(() -> Refusal.unknownBundle(sha256)).bytes();
                            var part = begin(call, "application/zip", sha256, bytes);
                            return send(
                                    call.response(), at -> stored.bundleChunk(sha256, at), part);
                        })
                .map(_ -> Answer.STREAMED);
    }

    /// Says what comes: all of it, or the part that is asked for (RFC 9110 §14.2), which lets a
    /// reader go on where its connection broke.
    static ByteRange begin(Call call, String type, Sha256 sha256, long bytes) {
        String tag = '"' + sha256.hex() + '"';
        String ifRange = call.request().getHeader("if-range");
        Optional<ByteRange> asked =
                ifRange == null || ifRange.equals(tag)
                        ? ByteRange.of(call.request().getHeader("range"), bytes)
                        : Optional.empty();
        if (asked.filter(part -> !part.isSatisfiable(bytes)).isPresent()) {
            throw Refusal.of(
                    416,
                    "range-not-satisfiable",
                    "Range not satisfiable",
                    "it has %d bytes".formatted(bytes),
                    Map.of("content-range", "bytes */" + bytes));
        }
        ByteRange part = asked.orElse(new ByteRange(0, bytes - 1));
        var response =
                call.response()
                        .putHeader("content-type", type)
                        .putHeader("content-length", Long.toString(part.length()))
                        .putHeader("accept-ranges", "bytes")
                        .putHeader("etag", tag);
        if (asked.isPresent()) {
            response.setStatusCode(206)
                    .putHeader(
                            "content-range",
                            "bytes %d-%d/%d".formatted(part.first(), part.last(), bytes));
        }
        return part;
    }

    /// One chunk after the other, no faster than the reader takes them.
    static Future<Void> send(
            HttpServerResponse response,
            IntFunction<Future<Optional<byte[]>>> chunks,
            ByteRange part) {
        if (part.length() <= 0) {
            return response.end();
        }
        if (response.closed()) {
            return Future.succeededFuture();
        }
        int from = (int) (part.first() % Chunks.CHUNK_BYTES);
        return chunks.apply((int) (part.first() / Chunks.CHUNK_BYTES))
                .compose(
                        chunk -> {
                            int to =
                                    (int)
                                            Math.min(
                                                    chunk.map(bytes -> bytes.length).orElse(0),
                                                    from + part.length());
                            if (to <= from) {
                                return missing(part);
                            }
                            return response.write(
                                            Buffer.buffer(chunk.orElseThrow()).slice(from, to))
                                    .compose(_ -> drained(response))
                                    .compose(
                                            _ ->
                                                    send(
                                                            response,
                                                            chunks,
                                                            new ByteRange(
                                                                    part.first() + to - from,
                                                                    part.last())));
                        });
    }

    /// It was collected meanwhile, or the store is damaged: the answer breaks off, so that nobody
    /// takes it for whole.
    private static Future<Void> missing(ByteRange part) {
        return Future.failedFuture(
                new IllegalStateException(
                        "bytes from %d on are not in the store: the answer breaks off"
                                .formatted(part.first())));
    }

    private static Future<Void> drained(HttpServerResponse response) {
        if (!response.writeQueueFull()) {
            return Future.succeededFuture();
        }
        Promise<Void> promise = Promise.promise();
        response.drainHandler(_ -> promise.tryComplete());
        response.closeHandler(_ -> promise.tryFail("the reader has gone"));
        return promise.future();
    }
}

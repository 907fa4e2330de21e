package dev.cress.control.api;

import dev.cress.contract.Api.Page;
import dev.cress.contract.Sha256;
import dev.cress.control.module.Uploads;
import dev.cress.control.store.Refusal;
import dev.cress.control.store.Store;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;

/// Modules: up as they stream, down piece by piece. Lives on the event loop.
final class ModuleEndpoints {
    private final Store store;
    private final Uploads uploads;

    ModuleEndpoints(Store store, Uploads uploads) {
        this.store = store;
        this.uploads = uploads;
    }

    Future<Answer> upload(Call call) {
        var sender = new Uploads.Sender(call.caller().tenant(), call.gone());
        var stored = uploads.receive(sender, call.request(), call.declaredBytes());
        if (!stored.failed()) {
            call.proceed();
        }
        return stored.map(
                upload ->
                        upload.isNew()
                                ? Answer.created(
                                        upload.module(), "/v1/modules/" + upload.module().sha256())
                                : Answer.ok(upload.module()));
    }

    Future<Answer> list(Call call) {
        return store.modules().map(modules -> Answer.ok(new Page<>(modules)));
    }

    Future<Answer> download(Call call) {
        var sha256 = new Sha256(call.argument());
        return store.module(sha256)
                .compose(
                        found -> {
                            var module = found.orElseThrow(() -> Refusal.unknownModule(sha256));
                            call.response()
                                    .putHeader("content-type", "application/wasm")
                                    .putHeader("content-length", Long.toString(module.bytes()))
                                    .putHeader("etag", '"' + sha256.hex() + '"');
                            return send(call.response(), sha256, 0);
                        })
                .map(_ -> Answer.STREAMED);
    }

    /// One chunk after the other, no faster than the reader takes them.
    private Future<Void> send(HttpServerResponse response, Sha256 sha256, int position) {
        if (response.closed()) {
            return Future.succeededFuture();
        }
        return store.moduleChunk(sha256, position)
                .compose(
                        chunk ->
                                chunk.isEmpty()
                                        ? response.end()
                                        : response.write(Buffer.buffer(chunk.get()))
                                                .compose(_ -> drained(response))
                                                .compose(
                                                        _ -> send(response, sha256, position + 1)));
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

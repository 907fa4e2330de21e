package dev.cress.router;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpServerRequest;

/// A request's body, by how often it can be sent.
sealed interface RequestBody {
    /// There is none.
    record None(boolean declared) implements RequestBody {}

    /// It is small and was read.
    record Whole(Buffer bytes) implements RequestBody {}

    /// It is read as it is sent, so one node gets it or none.
    ///
    /// @param bytes its length, or -1 for chunks
    record Streamed(HttpServerRequest from, long bytes) implements RequestBody {}

    /// Reads a body that is short enough; a longer one waits, paused, for a node that takes it.
    static Future<RequestBody> of(HttpServerRequest request, int replayBytesMax) {
        String declared = request.getHeader("content-length");
        long bytes = declared == null ? -1 : Long.parseLong(declared);
        boolean chunked = request.headers().contains("transfer-encoding");
        if (chunked || bytes > replayBytesMax) {
            request.pause();
            return Future.succeededFuture(new Streamed(request, bytes));
        }
        return bytes > 0
                ? request.body().map(Whole::new)
                : Future.succeededFuture(new None(bytes == 0));
    }

    /// Whether another node may get it after one got it.
    default boolean replayable() {
        return !(this instanceof Streamed);
    }

    /// Sends head and body. Done when the last byte is on its way.
    default Future<Void> sendTo(HttpClientRequest request) {
        return switch (this) {
            case None none -> {
                if (none.declared()) {
                    request.putHeader("content-length", "0");
                }
                yield request.end();
            }
            case Whole whole -> request.end(whole.bytes());
            case Streamed streamed -> {
                if (streamed.bytes() < 0) {
                    request.setChunked(true);
                } else {
                    request.putHeader("content-length", Long.toString(streamed.bytes()));
                }
                yield streamed.from().pipe().endOnFailure(false).to(request);
            }
        };
    }
}

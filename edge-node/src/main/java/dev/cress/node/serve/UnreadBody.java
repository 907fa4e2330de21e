package dev.cress.node.serve;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;

import java.time.Duration;

/// What a client still sends of a request that is answered: thrown away, so that a client that
/// writes first gets to read its answer and the connection serves the next request; but not for
/// ever. Event loop.
final class UnreadBody {
    /// How long a client may go on sending what nobody reads, before its connection is closed.
    static final Duration LINGER = Duration.ofSeconds(5);

    private UnreadBody() {}

    static void letEnd(Vertx vertx, HttpServerRequest request) {
        if (request.isEnded()) {
            return;
        }
        long timer = vertx.setTimer(LINGER.toMillis(), _ -> request.connection().close());
        request.handler(_ -> {})
                .endHandler(_ -> vertx.cancelTimer(timer))
                .exceptionHandler(_ -> vertx.cancelTimer(timer))
                .resume();
    }
}

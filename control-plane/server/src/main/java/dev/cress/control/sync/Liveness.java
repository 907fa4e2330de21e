package dev.cress.control.sync;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ServerWebSocket;

import java.time.Duration;

/// Pings a peer and ends a session whose peer no longer answers, as with a connection that is only
/// open on this side. Lives on the event loop.
final class Liveness {
    static final Duration PING_EVERY = Duration.ofSeconds(5);
    static final Duration SILENCE_MAX = Duration.ofSeconds(15);

    private final ServerWebSocket socket;
    private final Runnable silent;
    private long heardNs = System.nanoTime();

    private Liveness(ServerWebSocket socket, Runnable silent) {
        this.socket = socket;
        this.silent = silent;
    }

    /// Begins to ping. The timer that it answers is to be cancelled when the session ends.
    static long watch(Vertx vertx, ServerWebSocket socket, Runnable silent) {
        var liveness = new Liveness(socket, silent);
        socket.pongHandler(_ -> liveness.heard());
        socket.frameHandler(_ -> liveness.heard());
        return vertx.setPeriodic(PING_EVERY.toMillis(), _ -> liveness.tick());
    }

    private void heard() {
        heardNs = System.nanoTime();
    }

    private void tick() {
        if (System.nanoTime() - heardNs > SILENCE_MAX.toNanos()) {
            silent.run();
        } else {
            socket.writePing(Buffer.buffer());
        }
    }
}

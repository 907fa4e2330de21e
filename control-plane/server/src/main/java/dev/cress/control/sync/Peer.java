package dev.cress.control.sync;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ServerWebSocket;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.function.Consumer;

/// A WebSocket of a node or router, narrowed to text frames out, one end, and liveness. Lives on
/// the event loop.
final class Peer {
    /// Bytes that may wait to be written before the peer counts as slow.
    static final int WRITE_QUEUE_BYTES = 1 << 20;

    /// Pings without an answer before the connection counts as dead, open on this side only.
    static final int UNANSWERED_PINGS_MAX = 3;

    private static final Logger LOG = LoggerFactory.getLogger(Peer.class);

    private final Vertx vertx;
    private final ServerWebSocket socket;
    private final Credential credential;
    private final Duration silenceMax;
    private final long timer;
    private long heardNs = System.nanoTime();
    private Runnable ended = () -> {};
    private boolean over;

    /// @param pingEvery how often the peer is asked for a sign of life
    Peer(Vertx vertx, ServerWebSocket socket, Credential credential, Duration pingEvery) {
        this.vertx = vertx;
        this.silenceMax = pingEvery.multipliedBy(UNANSWERED_PINGS_MAX);
        this.socket = socket;
        this.credential = credential;
        socket.setWriteQueueMaxSize(WRITE_QUEUE_BYTES);
        socket.exceptionHandler(e -> LOG.debug("{} failed: {}", socket.remoteAddress(), e));
        socket.binaryMessageHandler(_ -> end(CloseCode.BAD_FRAME, "frames are text"));
        socket.closeHandler(_ -> finish());
        socket.pongHandler(_ -> heard());
        socket.frameHandler(_ -> heard());
        timer = vertx.setPeriodic(pingEvery.toMillis(), _ -> ping());
    }

    private void heard() {
        heardNs = System.nanoTime();
    }

    private void ping() {
        if (System.nanoTime() - heardNs > silenceMax.toNanos()) {
            end(CloseCode.SILENT, "nothing heard for %d ms".formatted(silenceMax.toMillis()));
        } else {
            socket.writePing(Buffer.buffer());
        }
    }

    /// The credential that opened the session.
    Credential credential() {
        return credential;
    }

    void send(String frame) {
        if (!over) {
            socket.writeTextMessage(frame);
        }
    }

    boolean slow() {
        return socket.writeQueueFull();
    }

    void onText(Consumer<String> reader) {
        socket.textMessageHandler(
                text -> {
                    if (!over) {
                        reader.accept(text);
                    }
                });
    }

    void onDrain(Runnable action) {
        socket.drainHandler(_ -> action.run());
    }

    /// Runs once, when the session is over from either side; at once when this side ends it, since
    /// a half-open connection would take its time.
    void onEnd(Runnable action) {
        ended = action;
    }

    void end(CloseCode code, String reason) {
        if (over) {
            return;
        }
        LOG.info("session of {} ends: {}", socket.remoteAddress(), reason);
        finish();
        socket.close(code.code(), CloseCode.reason(reason));
    }

    private void finish() {
        if (!over) {
            over = true;
            vertx.cancelTimer(timer);
            ended.run();
        }
    }
}

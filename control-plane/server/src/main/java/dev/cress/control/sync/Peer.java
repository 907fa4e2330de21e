package dev.cress.control.sync;

import io.vertx.core.Vertx;
import io.vertx.core.http.ServerWebSocket;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.function.Consumer;

/// A WebSocket of a node or router, narrowed to text frames out, one end, and liveness. Lives on
/// the event loop.
final class Peer {
    /// Bytes that may wait to be written before the peer counts as slow.
    static final int WRITE_QUEUE_BYTES = 1 << 20;

    private static final Logger LOG = LoggerFactory.getLogger(Peer.class);

    private final Vertx vertx;
    private final ServerWebSocket socket;
    private final String tokenId;
    private final long timer;
    private boolean over;

    Peer(Vertx vertx, ServerWebSocket socket, String tokenId) {
        this.vertx = vertx;
        this.socket = socket;
        this.tokenId = tokenId;
        socket.setWriteQueueMaxSize(WRITE_QUEUE_BYTES);
        socket.exceptionHandler(e -> LOG.debug("{} failed: {}", socket.remoteAddress(), e));
        socket.binaryMessageHandler(_ -> end(CloseCode.BAD_FRAME, "frames are text"));
        timer =
                Liveness.watch(
                        vertx,
                        socket,
                        () ->
                                end(
                                        CloseCode.SILENT,
                                        "nothing heard for %d s"
                                                .formatted(Liveness.SILENCE_MAX.toSeconds())));
    }

    /// The credential that opened the session.
    String tokenId() {
        return tokenId;
    }

    void send(String frame) {
        if (!over) {
            socket.writeTextMessage(frame);
        }
    }

    boolean slow() {
        return socket.writeQueueFull();
    }

    boolean isOver() {
        return over;
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

    /// Runs once, when the session is over from either side; half-open connections included.
    void onEnd(Runnable action) {
        socket.closeHandler(
                _ -> {
                    over = true;
                    vertx.cancelTimer(timer);
                    action.run();
                });
    }

    void end(CloseCode code, String reason) {
        if (over) {
            return;
        }
        over = true;
        LOG.info("session of {} ends: {}", socket.remoteAddress(), reason);
        socket.close(code.code(), CloseCode.reason(reason));
    }
}

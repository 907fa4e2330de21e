package dev.cress.control.sync;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ServerWebSocket;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.function.Consumer;

/// A WebSocket of a node, router or relay, narrowed to text frames out, one end, and liveness.
/// Lives on the event loop.
final class SocketPeer implements Peer {
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
    SocketPeer(Vertx vertx, ServerWebSocket socket, Credential credential, Duration pingEvery) {
        this.vertx = vertx;
        this.silenceMax = pingEvery.multipliedBy(UNANSWERED_PINGS_MAX);
        this.socket = socket;
        this.credential = credential;
        socket.setWriteQueueMaxSize(WRITE_QUEUE_BYTES);
        // a message that is too long is told here alone, and the rest of it would be passed over
        socket.exceptionHandler(
                e -> end(CloseCode.BAD_FRAME, "what it sends can't be read: " + e.getMessage()));
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

    @Override
    public Credential credential() {
        return credential;
    }

    @Override
    public void send(String frame) {
        if (!over) {
            socket.writeTextMessage(frame);
        }
    }

    @Override
    public boolean slow() {
        return !socket.isClosed() && socket.writeQueueFull();
    }

    @Override
    public void onText(Consumer<String> reader) {
        socket.textMessageHandler(
                text -> {
                    if (!over) {
                        reader.accept(text);
                    }
                });
    }

    @Override
    public void onDrain(Runnable action) {
        socket.drainHandler(_ -> action.run());
    }

    @Override
    public String relay() {
        return "";
    }

    /// Stops reading, or goes on: what the peer says waits on its side.
    void reads(boolean reads) {
        if (!over) {
            if (reads) {
                socket.resume();
            } else {
                socket.pause();
            }
        }
    }

    @Override
    public void onEnd(Runnable action) {
        ended = action;
    }

    @Override
    public void end(CloseCode code, String reason) {
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

package dev.cress.relay;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.http.WebSocketFrame;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.ArrayDeque;

/// One node's WebSocket. What it is sent is written as fast as it reads, in pieces of bytes that
/// all nodes share: a slow one holds up nobody, and costs no copy. Lives on the event loop.
final class NodeConnection {
    /// Messages that may wait for one node.
    static final int QUEUED_MAX = 1_024;

    /// Bytes that may wait for one node: two of the longest messages.
    static final long QUEUED_BYTES_MAX = 128L << 20;

    /// Without a sign of life for so long, the connection counts as half-open.
    static final Duration SILENCE_MAX = Duration.ofSeconds(15);

    /// A node that doesn't read.
    private static final short SLOW = 4408;

    /// A node whose messages can't be taken, as one that is too long.
    private static final short BAD_FRAME = 4400;

    private static final int PIECE_BYTES = 64 << 10;
    private static final int REASON_LENGTH_MAX = 123;
    private static final Logger LOG = LoggerFactory.getLogger(NodeConnection.class);

    private final int number;
    private final ServerWebSocket socket;
    private final Shown shown;
    private final Events events;
    private final ArrayDeque<Outgoing> queue = new ArrayDeque<>();
    private long queuedBytes;

    /// Of the queue's first.
    private int writtenBytes;

    private boolean lags;
    private boolean admitted;
    private boolean over;
    private long heardNs = System.nanoTime();

    /// Who hears of it.
    interface Events {
        /// The node lags behind what it is sent, or no more.
        void lags(NodeConnection node, boolean lags);

        /// It was sent away, and has yet to go.
        void over(NodeConnection node);
    }

    NodeConnection(int number, ServerWebSocket socket, Shown shown, Events events) {
        this.number = number;
        this.socket = socket;
        this.shown = shown;
        this.events = events;
        socket.drainHandler(_ -> pump());
        socket.pongHandler(_ -> heard());
        socket.exceptionHandler(
                e -> {
                    LOG.debug("{} failed: {}", socket.remoteAddress(), e);
                    end(BAD_FRAME, "what it sends can't be read");
                });
    }

    int number() {
        return number;
    }

    Shown shown() {
        return shown;
    }

    /// Whether the control plane has let it in: it speaks to nobody else.
    boolean isAdmitted() {
        return admitted;
    }

    void heard() {
        heardNs = System.nanoTime();
    }

    /// Asks for a sign of life, or ends it when there was none for too long.
    void ping() {
        if (System.nanoTime() - heardNs > SILENCE_MAX.toNanos()) {
            end(SLOW, "nothing heard for %d s".formatted(SILENCE_MAX.toSeconds()));
        } else {
            socket.writePing(Buffer.buffer());
        }
    }

    void send(Outgoing message) {
        if (over) {
            return;
        }
        admitted = true;
        if (queue.size() >= QUEUED_MAX || queuedBytes + message.length() > QUEUED_BYTES_MAX) {
            end(
                    SLOW,
                    "%d messages of %d bytes wait, at most %d of %d"
                            .formatted(queue.size(), queuedBytes, QUEUED_MAX, QUEUED_BYTES_MAX));
            return;
        }
        queue.add(message);
        queuedBytes += message.length();
        pump();
    }

    private void pump() {
        while (!over && !queue.isEmpty() && !socket.writeQueueFull()) {
            write(queue.getFirst());
        }
        if (!over && lags == queue.isEmpty()) {
            lags = !lags;
            events.lags(this, lags);
        }
    }

    private void write(Outgoing message) {
        if (message.length() <= PIECE_BYTES) {
            socket.writeTextMessage(message.text());
            written(message);
            return;
        }
        if (writtenBytes == 0) {
            // not an empty one: Vert.x, which nodes read with, can't add to that
            String first = message.first();
            socket.writeFrame(WebSocketFrame.textFrame(first, false));
            writtenBytes = Outgoing.length(first);
        }
        int end = Math.min(writtenBytes + PIECE_BYTES, message.length());
        boolean last = end == message.length();
        socket.writeFrame(WebSocketFrame.continuationFrame(message.bytes(writtenBytes, end), last));
        writtenBytes = end;
        if (last) {
            written(message);
        }
    }

    private void written(Outgoing message) {
        queue.remove();
        queuedBytes -= message.length();
        writtenBytes = 0;
    }

    /// Stops reading, or goes on.
    void reads(boolean reads) {
        if (reads) {
            socket.resume();
        } else {
            socket.pause();
        }
    }

    /// Sends the node away; a slow one takes its time, but is spoken with no more.
    void end(short code, String reason) {
        if (over) {
            return;
        }
        over = true;
        queue.clear();
        events.over(this);
        socket.close(
                code,
                reason.length() <= REASON_LENGTH_MAX
                        ? reason
                        : reason.substring(0, REASON_LENGTH_MAX));
    }
}

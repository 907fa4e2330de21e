package dev.cress.control.sync;

import com.fasterxml.jackson.core.JsonProcessingException;

import dev.cress.contract.ContractException;
import dev.cress.contract.Envelope;
import dev.cress.contract.Json;
import dev.cress.contract.RelayFrame;
import dev.cress.contract.RelayLine;
import dev.cress.control.store.Refusal;

import io.vertx.core.Vertx;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;

/// One relay's connection after its hello, and the nodes behind it, each a [Peer] like any other.
/// What they say waits on the relay's side as long as the relay doesn't take what it is sent: so no
/// more than [SocketPeer#WRITE_QUEUE_BYTES] and one answer wait here. Lives on the event loop.
final class RelaySession {
    private final SocketPeer socket;
    private final RelayFrame.Hello hello;
    private final int nodesMax;
    private final Function<RelayFrame.Opened, Credential> credentials;
    private final Consumer<Peer> accept;
    private final RelayOutbox outbox;
    private final Map<Integer, RelayedPeer> nodes = new HashMap<>();
    private final ArrayDeque<RelayLine> unread = new ArrayDeque<>();

    private int newest;
    private boolean reading;
    private boolean over;

    /// @param nodesMax nodes behind it
    /// @param credentials says whom a node's certificate or token names, or refuses it
    /// @param accept takes a node that has said nothing yet
    RelaySession(
            Vertx vertx,
            SocketPeer socket,
            RelayFrame.Hello hello,
            int nodesMax,
            Function<RelayFrame.Opened, Credential> credentials,
            Consumer<Peer> accept) {
        this.socket = socket;
        this.hello = hello;
        this.nodesMax = nodesMax;
        this.credentials = credentials;
        this.accept = accept;
        outbox = new RelayOutbox(socket::send, () -> vertx.runOnContext(_ -> flush()));
        socket.onText(this::received);
        socket.onDrain(this::drained);
    }

    String name() {
        return hello.name();
    }

    String build() {
        return hello.build();
    }

    SocketPeer socket() {
        return socket;
    }

    RelayOutbox outbox() {
        return outbox;
    }

    int connected() {
        return nodes.size();
    }

    /// Whether it doesn't take what it is sent as fast as that comes.
    boolean isFull() {
        return socket.slow() || outbox.length() > SocketPeer.WRITE_QUEUE_BYTES;
    }

    private void flush() {
        boolean wasFull = isFull();
        outbox.flush();
        if (wasFull && !socket.slow()) {
            drained();
        }
    }

    private void drained() {
        read();
        if (!isFull()) {
            List.copyOf(nodes.values()).forEach(RelayedPeer::drained);
        }
    }

    private void received(String message) {
        try {
            unread.addAll(RelayLine.parse(message));
        } catch (ContractException e) {
            badFrame(String.valueOf(e.getMessage()));
            return;
        }
        read();
    }

    /// Takes what the relay said, as long as there is room for answers.
    private void read() {
        if (reading) {
            return;
        }
        reading = true;
        while (!over && !unread.isEmpty() && !isFull()) {
            take(unread.remove());
        }
        reading = false;
        socket.reads(unread.isEmpty());
    }

    private void take(RelayLine line) {
        if (line.session() == 0) {
            try {
                RelayFrame frame = Json.LENIENT.readValue(line.frame(), RelayFrame.class);
                if (frame == null) {
                    badFrame("expected an object, found null");
                } else {
                    take(frame);
                }
            } catch (JsonProcessingException e) {
                badFrame(String.valueOf(Json.explain(e).getMessage()));
            }
            return;
        }
        RelayedPeer node = nodes.get(line.session());
        if (node != null) {
            // else its session ended here while this was on its way
            node.received(line.frame());
        }
    }

    private void take(RelayFrame frame) {
        switch (frame) {
            case RelayFrame.Hello _ -> badFrame("hello comes once");
            case RelayFrame.Opened opened -> open(opened);
            case RelayFrame.Closed(int session) -> {
                RelayedPeer gone = nodes.remove(session);
                if (gone != null) {
                    gone.finish();
                }
            }
            case RelayFrame.Slow(int session) -> lags(session, true);
            case RelayFrame.Drained(int session) -> lags(session, false);
        }
    }

    private void lags(int session, boolean now) {
        RelayedPeer node = nodes.get(session);
        if (node != null) {
            node.lags(now);
        }
    }

    private void open(RelayFrame.Opened opened) {
        int number = opened.session();
        if (number <= newest || number > Envelope.SESSION_MAX) {
            badFrame(
                    "session %d opens after %d, at most %d"
                            .formatted(number, newest, Envelope.SESSION_MAX));
            return;
        }
        newest = number;
        Credential credential;
        try {
            credential = credentials.apply(opened);
        } catch (Refusal refusal) {
            refuse(number, CloseCode.REVOKED, String.valueOf(refusal.getMessage()));
            return;
        }
        if (nodes.size() >= nodesMax) {
            refuse(
                    number,
                    CloseCode.TOO_MANY,
                    "%d nodes are behind the relay, at most %d".formatted(nodes.size(), nodesMax));
            return;
        }
        var node = new RelayedPeer(this, number, credential);
        nodes.put(number, node);
        accept.accept(node);
    }

    private void refuse(int number, CloseCode code, String why) {
        new RelayedPeer(this, number, socket.credential()).end(code, why);
    }

    /// The node's session ended on this side.
    void forget(int number) {
        nodes.remove(number);
    }

    private void badFrame(String why) {
        socket.end(CloseCode.BAD_FRAME, why);
    }

    /// The relay has gone, and with it all nodes behind it.
    void finish() {
        over = true;
        List.copyOf(nodes.values()).forEach(RelayedPeer::finish);
        nodes.clear();
    }
}

package dev.cress.relay;

import dev.cress.contract.Envelope;
import dev.cress.contract.RelayFrame;
import dev.cress.contract.RelayLine;
import dev.cress.contract.RelayOrder;

import io.vertx.core.Vertx;
import io.vertx.core.http.ServerWebSocket;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The nodes that are connected: each has a number, by which the control plane knows its session.
/// Lives on the event loop, but for [#count()].
final class NodeConnections implements ControlSession.Heard, NodeConnection.Events {
    private static final Duration PING_EVERY = Duration.ofSeconds(5);

    /// The relay has nobody to pass anything on to.
    private static final short GOING_AWAY = 1001;

    private static final Logger LOG = LoggerFactory.getLogger(NodeConnections.class);

    private final ControlSession control;
    private final Map<Integer, NodeConnection> nodes = new HashMap<>();
    private final int nodesMax;
    private final RelayMetrics metrics;
    private int newest;
    private boolean waiting;
    private volatile int count;

    /// @param nodesMax nodes connected at once
    NodeConnections(Vertx vertx, ControlSession control, int nodesMax, RelayMetrics metrics) {
        this.metrics = metrics;
        this.control = control;
        this.nodesMax = nodesMax;
        control.hear(this);
        vertx.setPeriodic(PING_EVERY.toMillis(), _ -> ping());
    }

    /// Nodes that aren't read from can't show that they live.
    private void ping() {
        if (!waiting) {
            List.copyOf(nodes.values()).forEach(NodeConnection::ping);
        }
    }

    int count() {
        return count;
    }

    /// Whether one more may come.
    boolean hasRoom() {
        return nodes.size() < nodesMax;
    }

    /// A node came, and showed that.
    void open(ServerWebSocket socket, Shown shown) {
        if (!control.isConnected()) {
            // it was lost while the handshake went on
            socket.close(GOING_AWAY, "the relay has no control plane");
            return;
        }
        if (newest == Envelope.SESSION_MAX) {
            socket.close(GOING_AWAY, "the relay begins anew");
            control.restart();
            return;
        }
        int number = ++newest;
        var node = new NodeConnection(number, socket, shown, this);
        nodes.put(number, node);
        count = nodes.size();
        control.tell(opened(number, shown));
        socket.textMessageHandler(
                text -> {
                    node.heard();
                    if (nodes.get(number) == node) {
                        control.pass(new RelayLine(number, text));
                        waitIfFull();
                    }
                });
        socket.binaryMessageHandler(_ -> socket.close());
        socket.closeHandler(_ -> over(node));
        node.reads(!waiting);
    }

    private static RelayFrame.Opened opened(int number, Shown shown) {
        return switch (shown) {
            case Shown.ByCertificate by -> new RelayFrame.Opened(number, by.text(), "");
            case Shown.ByToken(String token) -> new RelayFrame.Opened(number, "", token);
        };
    }

    @Override
    public void lags(NodeConnection node, boolean lags) {
        int number = node.number();
        if (nodes.get(number) == node) {
            control.tell(lags ? new RelayFrame.Slow(number) : new RelayFrame.Drained(number));
        }
    }

    private void waitIfFull() {
        if (!waiting && control.isFull()) {
            waiting = true;
            nodes.values().forEach(node -> node.reads(false));
        }
    }

    @Override
    public void drained() {
        if (waiting) {
            waiting = false;
            for (NodeConnection node : nodes.values()) {
                node.heard();
                node.reads(true);
            }
        }
    }

    @Override
    public void over(NodeConnection node) {
        if (nodes.remove(node.number(), node)) {
            count = nodes.size();
            control.tell(new RelayFrame.Closed(node.number()));
        }
    }

    /// Whether a node that the control plane has let in may have shown that.
    boolean isAdmitted(Shown shown) {
        return nodes.values().stream()
                .anyMatch(node -> node.isAdmitted() && shown.isGoodBy(node.shown()));
    }

    @Override
    public void message(Envelope envelope) {
        var message = new Outgoing(envelope.message());
        BitSet to = envelope.to();
        for (int number = to.nextSetBit(0); number >= 0; number = to.nextSetBit(number + 1)) {
            NodeConnection node = nodes.get(number);
            if (node != null) {
                node.send(message);
                metrics.sent();
            }
        }
    }

    @Override
    public void end(RelayOrder.End end) {
        NodeConnection node = nodes.remove(end.session());
        if (node != null) {
            count = nodes.size();
            node.end((short) end.code(), end.reason());
        }
    }

    @Override
    public void lost() {
        if (!nodes.isEmpty()) {
            LOG.warn("{} nodes have to come back", nodes.size());
        }
        List<NodeConnection> all = List.copyOf(nodes.values());
        nodes.clear();
        count = 0;
        newest = 0;
        waiting = false;
        all.forEach(node -> node.end(GOING_AWAY, "the relay lost the control plane"));
    }
}

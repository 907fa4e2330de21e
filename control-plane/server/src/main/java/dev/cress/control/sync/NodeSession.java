package dev.cress.control.sync;

import com.fasterxml.jackson.core.JsonProcessingException;

import dev.cress.contract.ControlFrame;
import dev.cress.contract.FunctionName;
import dev.cress.contract.Json;
import dev.cress.contract.NodeFrame;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One node's connection after its hello: what was sent, what is recorded there, and whether it has
/// fallen behind. Lives on the event loop.
///
/// ```
///            commit: delta                     too much unacked, or the socket is slow
///   level ────────────────▶ level        level ──────────────────────────────────────▶ behind
///   behind: commits are passed over; when all that was sent is acked: one snapshot ──▶ level
/// ```
final class NodeSession {
    /// Revisions that may be on their way before a node counts as behind.
    static final int UNACKED_MAX = 64;

    /// Frames in a row that a node may refuse before it is no use to send another.
    static final int NACKS_MAX = 5;

    private static final Logger LOG = LoggerFactory.getLogger(NodeSession.class);

    private final Peer peer;
    private final NodePresence node;
    private final NodeSessions sessions;
    private final boolean tenants;

    private long sent;
    private long acked;

    /// Unacked revisions count from here: a snapshot covers all before it.
    private long unackedFrom;

    private boolean behind;
    private int nacks;

    /// @param tenants whether the node knows of them
    NodeSession(Peer peer, NodePresence node, NodeSessions sessions, boolean tenants) {
        this.tenants = tenants;
        this.peer = peer;
        this.node = node;
        this.sessions = sessions;
    }

    Peer peer() {
        return peer;
    }

    NodePresence node() {
        return node;
    }

    /// Whether it is of a build that knows tenants, signatures and what came with them.
    boolean isOfThisBuild() {
        return tenants;
    }

    /// A node of the build before would take the line with the signature for a frame.
    private void sendState(String text) {
        peer.send(tenants ? text : text.substring(text.indexOf('\n') + 1));
    }

    /// Whether the node knows of functions of this one's tenant.
    boolean knows(FunctionName function) {
        return tenants || function.tenant().isDefault();
    }

    /// Tells what the node may run of each tenant's, if it knows of tenants.
    void limit(ControlFrame.Limits limits) {
        if (tenants) {
            peer.send(Json.write(limits));
        }
    }

    boolean isBehind() {
        return behind;
    }

    /// Brings the node to the log's head.
    void begin(long revision, Resume resume) {
        sent = sessions.image().position().revision();
        acked = Math.min(revision, sent);
        unackedFrom = sent;
        switch (resume) {
            case Resume.Level _ -> {}
            case Resume.Since(String delta) -> sendState(delta);
            case Resume.Whole(String snapshot, String alarm) -> {
                acked = 0;
                if (!alarm.isEmpty()) {
                    sessions.meters().alarm(node.info().name(), alarm);
                }
                sessions.meters().snapshotSent(alarm.isEmpty() ? "resume" : "alarm");
                sendState(snapshot);
            }
        }
        node.recorded(acked);
    }

    /// A revision was committed; its delta goes to all nodes that stand right before it.
    void offer(long revision, FleetImage.Delta delta) {
        if (behind) {
            return;
        }
        if (sent != revision - 1 || revision - unackedFrom > UNACKED_MAX || peer.slow()) {
            behind = true;
            return;
        }
        sendState(delta.of(tenants));
        sent = revision;
    }

    /// Once the node has recorded all that it was sent, one snapshot makes up for what it missed.
    void catchUp() {
        if (behind && acked >= sent && !peer.slow()) {
            snapshot("behind");
        }
    }

    private void snapshot(String reason) {
        behind = false;
        sent = sessions.image().position().revision();
        unackedFrom = sent;
        sessions.meters().snapshotSent(reason);
        sendState(sessions.image().snapshot(tenants));
    }

    void received(String text) {
        NodeFrame frame;
        try {
            frame = Json.LENIENT.readValue(text, NodeFrame.class);
        } catch (JsonProcessingException e) {
            peer.end(CloseCode.BAD_FRAME, String.valueOf(Json.explain(e).getMessage()));
            return;
        }
        try {
            take(frame);
        } catch (NullPointerException e) {
            LOG.debug("{} left a value out", node.info().name(), e);
            peer.end(CloseCode.BAD_FRAME, "a value is missing in the frame");
        }
    }

    private void take(NodeFrame frame) {
        switch (frame) {
            case NodeFrame.Hello _ -> peer.end(CloseCode.BAD_FRAME, "hello comes once");
            case NodeFrame.Ack(long revision) -> acked(revision);
            case NodeFrame.Nack(String reason) -> nacked(reason);
            case NodeFrame.Staging staging -> sessions.staged(this, staging);
            case NodeFrame.Serving serving -> sessions.serves(this, serving);
            case NodeFrame.Logs logs -> sessions.logs().deliver(logs);
            case NodeFrame.LogsSent(String subscription) ->
                    sessions.logs().sent(node.info().name(), subscription);
            case NodeFrame.Demand demand -> sessions.demanded(node.info(), demand);
            case NodeFrame.Draining _ -> sessions.drains(this);
        }
    }

    private void acked(long revision) {
        if (revision > sent) {
            peer.end(
                    CloseCode.BAD_FRAME,
                    "acked revision %d, sent was %d".formatted(revision, sent));
            return;
        }
        nacks = 0;
        if (revision > acked) {
            acked = revision;
            unackedFrom = Math.max(unackedFrom, revision);
            sessions.acked(this, revision);
        }
        catchUp();
    }

    private void nacked(String reason) {
        LOG.warn("node {} can't follow: {}", node.info().name(), reason);
        if (++nacks > NACKS_MAX) {
            peer.end(CloseCode.BAD_FRAME, "%d frames nacked in a row".formatted(nacks));
            return;
        }
        snapshot("nack");
    }
}

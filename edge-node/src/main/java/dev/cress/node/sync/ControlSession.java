package dev.cress.node.sync;

import com.fasterxml.jackson.core.JsonProcessingException;

import dev.cress.contract.AnnouncedKey;
import dev.cress.contract.ControlFrame;
import dev.cress.contract.Json;
import dev.cress.contract.NodeFrame;
import dev.cress.node.state.NodeState;

import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.WebSocket;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/// One session of the node with the control plane, from its hello to its end: what it is told, and
/// what it says. The link's event loop only.
final class ControlSession {
    private static final Logger LOG = LoggerFactory.getLogger(ControlSession.class);

    /// After this long without a sign of life the connection counts as half-open, and after this
    /// long without a welcome the session as none.
    private static final Duration SILENCE_MAX = Duration.ofSeconds(15);

    private final Context context;
    private final WebSocket socket;
    private final URI control;
    private final ControlLink.Node node;
    private final Heard heard;
    private final InstantSource clock = InstantSource.system();
    private final LogFollowers followers;
    private long heardNanos = System.nanoTime();
    private final long begunNanos = System.nanoTime();
    private boolean welcomed;
    private boolean toldLimits;
    private boolean over;

    /// What the link hears of a session.
    interface Heard {
        /// The control plane takes the node.
        void welcomed();

        /// It is over, unless it was left.
        void ended(String why);

        /// Whether the node takes nothing new.
        boolean isDraining();
    }

    ControlSession(
            Context context, WebSocket socket, URI control, ControlLink.Node node, Heard heard) {
        this.context = context;
        this.socket = socket;
        this.control = control;
        this.node = node;
        this.heard = heard;
        followers =
                new LogFollowers(context, this::send, socket::writeQueueFull, node.state()::routes);
    }

    /// Says who this is.
    ///
    /// @param secretsKey by which it takes secrets, empty if it takes none
    void begin(String secretsKey) {
        socket.textMessageHandler(this::receive);
        socket.drainHandler(_ -> followers.resume());
        socket.pongHandler(_ -> heardNanos = System.nanoTime());
        socket.closeHandler(
                _ -> {
                    if (!over) {
                        finish();
                        heard.ended("session ended" + why(socket));
                    }
                });
        socket.exceptionHandler(
                e -> {
                    // as of a message that is too long, which no other handler hears of
                    LOG.warn("control plane session: {}", e.toString());
                    socket.close();
                });
        node.secrets().unheard();
        send(
                new NodeFrame.Hello(
                        NodeFrame.PROTO,
                        node.info(),
                        node.state().resume(),
                        clock.millis(),
                        true,
                        true,
                        secretsKey));
    }

    /// Ends it for another, of which alone the link hears from now on.
    void leave() {
        finish();
        socket.close();
    }

    /// The node closes: what still comes is left aside.
    void close() {
        over = true;
        followers.clear();
    }

    private void finish() {
        over = true;
        node.state().tellNobody();
        followers.clear();
    }

    /// What the control plane says of it: a close code and its words (RFC 6455 §7.1.5 and §7.1.6).
    private static String why(WebSocket ended) {
        Short code = ended.closeStatusCode();
        String reason = ended.closeReason();
        return (code == null ? "" : " with code " + code)
                + (reason == null || reason.isEmpty() ? "" : ": " + reason);
    }

    /// A control plane of the build before, which told no limits, knows no demand.
    void tellDemand(List<NodeFrame.Demand.Asked> asked) {
        if (!toldLimits) {
            return;
        }
        var tallies = node.state().routes().takeTallies(NodeFrame.Demand.TALLIES_MAX);
        if (!asked.isEmpty() || !tallies.isEmpty()) {
            send(new NodeFrame.Demand(asked, tallies));
        }
    }

    void ping() {
        long since = welcomed ? heardNanos : begunNanos;
        if (System.nanoTime() - since > SILENCE_MAX.toNanos()) {
            LOG.info(
                    "control plane has been silent for {} s: connecting again",
                    SILENCE_MAX.toSeconds());
            socket.close();
        } else {
            socket.writePing(Buffer.buffer());
        }
    }

    private void receive(String text) {
        if (over) {
            return;
        }
        heardNanos = System.nanoTime();
        ControlFrame frame;
        try {
            var message = node.keys().read(text);
            frame = Json.LENIENT.readValue(message.frame(), ControlFrame.class);
            if (frame == null) {
                throw new IllegalArgumentException("expected an object, found null");
            }
            if (!message.isBelieved() && ControlFrame.mustBeSigned(frame)) {
                forged();
                return;
            }
        } catch (JsonProcessingException | IllegalArgumentException e) {
            send(new NodeFrame.Nack("unreadable frame: " + e.getMessage()));
            return;
        }
        switch (frame) {
            case ControlFrame.Keys(var announced) -> take(announced);
            case ControlFrame.Welcome(String routerKey, var announced) -> {
                if (!take(announced)) {
                    return;
                }
                if (!welcomed) {
                    welcomed = true;
                    heard.welcomed();
                }
                node.heard().routerKey().accept(routerKey);
                node.state().tell(new SessionEvents(this::sendFromAnywhere));
                if (heard.isDraining()) {
                    // each session begins as if nothing had been said
                    send(new NodeFrame.Draining());
                }
            }
            case ControlFrame.Snapshot snapshot ->
                    acknowledge(node.state().apply(snapshot), snapshot.position().revision());
            case ControlFrame.Delta delta ->
                    acknowledge(node.state().apply(delta), delta.position().revision());
            case ControlFrame.SecretsKey _, ControlFrame.Secrets _ -> {
                var _ = node.state().secrets(frame).whenComplete((_, failure) -> taken(failure));
            }
            case ControlFrame.Moved moved -> {
                var _ = node.state().moved(moved).whenComplete((_, failure) -> taken(failure));
            }
            case ControlFrame.Limits told -> {
                toldLimits = true;
                node.limits().take(told);
            }
            case ControlFrame.Follow follow -> followers.follow(follow);
            case ControlFrame.Unfollow(String subscription) -> followers.unfollow(subscription);
            case ControlFrame.Drain _ -> node.heard().drain().run();
            case ControlFrame.Directory _, ControlFrame.Placements _ ->
                    LOG.debug("a frame for routers came to a node");
        }
    }

    /// Whether the control plane is one that is known; with another nothing is spoken.
    private boolean take(List<AnnouncedKey> announced) {
        if (announced.isEmpty() || node.keys().take(announced)) {
            return true;
        }
        node.heard().forged().run();
        LOG.error(
                "the control plane at {} signs with keys that nobody known vouches for: it isn't"
                        + " listened to",
                control);
        socket.textMessageHandler(_ -> {});
        socket.close();
        return false;
    }

    /// What no known key signed is left aside, and said so; what serves goes on.
    private void forged() {
        node.heard().forged().run();
        LOG.error(
                "a frame of the control plane at {} is not signed by a key that is known", control);
        send(new NodeFrame.Nack("the signature is of no key that is known here"));
    }

    private void acknowledge(CompletableFuture<Void> recorded, long revision) {
        var _ =
                recorded.whenComplete(
                        (_, failure) -> context.runOnContext(_ -> answer(revision, failure)));
    }

    private void answer(long revision, @Nullable Throwable failure) {
        if (over) {
            return;
        }
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        switch (cause) {
            case null -> send(new NodeFrame.Ack(revision));
            case NodeState.NotFollowing e ->
                    send(new NodeFrame.Nack(String.valueOf(e.getMessage())));
            default -> {
                // not recorded, so not acknowledged: the next session brings it again
                LOG.error("revision {} can't be recorded: {}", revision, cause.toString());
                socket.close();
            }
        }
    }

    /// What can't be read or kept is told again in the next session.
    private void taken(@Nullable Throwable failure) {
        if (failure != null) {
            LOG.error("a frame can't be taken: {}", String.valueOf(failure.getMessage()));
            context.runOnContext(_ -> socket.close());
        }
    }

    void send(NodeFrame frame) {
        if (!over) {
            socket.writeTextMessage(Json.write(frame));
        }
    }

    private void sendFromAnywhere(NodeFrame frame) {
        context.runOnContext(_ -> send(frame));
    }
}

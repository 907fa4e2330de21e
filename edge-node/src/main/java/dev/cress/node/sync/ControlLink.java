package dev.cress.node.sync;

import com.fasterxml.jackson.core.JsonProcessingException;

import dev.cress.contract.AnnouncedKey;
import dev.cress.contract.ControlFrame;
import dev.cress.contract.CressPath;
import dev.cress.contract.Json;
import dev.cress.contract.NodeFrame;
import dev.cress.contract.NodeInfo;
import dev.cress.identity.KnownKeys;
import dev.cress.node.capability.NodeSecrets;
import dev.cress.node.state.NodeState;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.http.WebSocketConnectOptions;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;

/// Holds the node's one WebSocket to the control plane, and opens it again whenever it breaks. One
/// event loop owns everything here.
public final class ControlLink implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ControlLink.class);
    private static final Duration RECONNECT_FIRST = Duration.ofMillis(100);

    /// The longest wait before a session, and how long one must have stood for the waits to begin
    /// anew: what ends each session soon after its welcome must not come back ten times a second.
    private static final Duration RECONNECT_MAX = Duration.ofSeconds(5);

    /// Until a connection stands, and until the control plane has answered the handshake on it.
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(3);

    private static final Duration PING_EVERY = Duration.ofSeconds(5);

    /// How often the control plane hears how many requests came for tenants that have a rate.
    private static final Duration DEMAND_EVERY = Duration.ofSeconds(1);

    /// After this long without a sign of life the connection counts as half-open.
    private static final Duration SILENCE_MAX = Duration.ofSeconds(15);

    /// Messages only: frames keep the 64 KiB that every WebSocket peer reads, longer messages go in
    /// several. A frame that the control plane refuses would cost the session.
    private static final int MESSAGE_BYTES_MAX = 64 << 20;

    private final Vertx vertx;
    private final InstantSource clock = InstantSource.system();
    private final Context context;
    private final WebSocketClient client;
    private final URI control;
    private final Credential credential;
    private final NodeInfo info;
    private final NodeState state;
    private final Consumer<String> onRouterKey;
    private final LimitsFile limits;
    private final Runnable onDrain;
    private final Runnable onForged;
    private final KnownKeys keys;
    private final NodeSecrets secrets;
    private final LogFollowers followers;
    private Duration nextWait = RECONNECT_FIRST;
    private @Nullable WebSocket session;
    private long heardNanos;
    private long welcomedNanos;
    private boolean toldLimits;
    private boolean draining;
    private volatile String secretsKey = "";
    private volatile boolean connected;
    private volatile boolean closed;

    /// Who hears of what isn't the state's, on the event loop.
    ///
    /// @param routerKey takes the fleet's router key
    /// @param drain the node shall take nothing new
    /// @param forged a frame was not signed by a known key
    public record Heard(Consumer<String> routerKey, Runnable drain, Runnable forged) {}

    public ControlLink(
            Vertx vertx,
            URI control,
            Credential credential,
            NodeInfo info,
            NodeState state,
            KnownKeys keys,
            NodeSecrets secrets,
            LimitsFile limits,
            Heard heard) {
        this.limits = limits;
        this.vertx = vertx;
        this.context = vertx.getOrCreateContext();
        this.control = control;
        this.credential = credential;
        this.info = info;
        this.state = state;
        this.keys = keys;
        this.secrets = secrets;
        onRouterKey = heard.routerKey;
        onDrain = heard.drain;
        onForged = heard.forged;
        this.followers = new LogFollowers(context, this::send, this::isCongested, state::routes);
        this.client =
                vertx.createWebSocketClient(
                        credential.on(
                                new WebSocketClientOptions()
                                        .setConnectTimeout((int) CONNECT_TIMEOUT.toMillis())
                                        .setMaxMessageSize(MESSAGE_BYTES_MAX),
                                control));
    }

    /// Begins to connect, and goes on until closed.
    public void open() {
        vertx.executeBlocking(secrets::publicKey)
                .onSuccess(key -> secretsKey = key)
                .onFailure(e -> LOG.error("the node takes no secrets: {}", e.getMessage()))
                .onComplete(_ -> context.runOnContext(_ -> connect()));
        vertx.setPeriodic(PING_EVERY.toMillis(), _ -> context.runOnContext(_ -> ping()));
        vertx.setPeriodic(DEMAND_EVERY.toMillis(), _ -> context.runOnContext(_ -> tellDemand()));
    }

    public boolean isConnected() {
        return connected;
    }

    /// Tells the control plane that this node takes nothing new.
    public void drain() {
        context.runOnContext(
                _ -> {
                    draining = true;
                    send(new NodeFrame.Draining());
                });
    }

    private void connect() {
        if (closed) {
            return;
        }
        boolean tls = control.getScheme().equals("https");
        int port = control.getPort() >= 0 ? control.getPort() : tls ? 443 : 80;
        var options =
                new WebSocketConnectOptions()
                        .setHost(control.getHost())
                        .setPort(port)
                        .setSsl(tls)
                        .setURI(CressPath.SYNC_NODE.text())
                        .setTimeout(CONNECT_TIMEOUT.toMillis());
        credential.header().ifPresent(header -> options.addHeader("authorization", header));
        client.connect(options)
                .onComplete(this::opened, failure -> reconnect(failure.getMessage()));
    }

    private void opened(WebSocket socket) {
        if (closed) {
            socket.close();
            return;
        }
        session = socket;
        toldLimits = false;
        heardNanos = System.nanoTime();
        socket.textMessageHandler(text -> receive(socket, text));
        socket.drainHandler(_ -> followers.resume());
        socket.pongHandler(_ -> heardNanos = System.nanoTime());
        socket.closeHandler(_ -> lost(socket));
        socket.exceptionHandler(
                e -> {
                    // as of a message that is too long, which no other handler hears of
                    LOG.warn("control plane session: {}", e.toString());
                    socket.close();
                });
        secrets.unheard();
        send(
                new NodeFrame.Hello(
                        NodeFrame.PROTO,
                        info,
                        state.resume(),
                        clock.millis(),
                        true,
                        true,
                        secretsKey));
    }

    private void lost(WebSocket socket) {
        if (session == socket) {
            session = null;
            if (connected && System.nanoTime() - welcomedNanos >= RECONNECT_MAX.toNanos()) {
                nextWait = RECONNECT_FIRST;
            }
            connected = false;
            state.tellNobody();
            followers.clear();
            reconnect("session ended" + why(socket));
        }
    }

    /// What the control plane says of it: a close code and its words (RFC 6455 §7.1.5 and §7.1.6).
    private static String why(WebSocket ended) {
        Short code = ended.closeStatusCode();
        String reason = ended.closeReason();
        return (code == null ? "" : " with code " + code)
                + (reason == null || reason.isEmpty() ? "" : ": " + reason);
    }

    private void reconnect(@Nullable String why) {
        if (closed) {
            return;
        }
        LOG.info("no control plane at {} ({}); what is here is served", control, why);
        long wait =
                ThreadLocalRandom.current()
                        .nextLong(nextWait.toMillis() / 2, nextWait.toMillis() + 1);
        Duration doubled = nextWait.multipliedBy(2);
        nextWait = doubled.compareTo(RECONNECT_MAX) < 0 ? doubled : RECONNECT_MAX;
        vertx.setTimer(Math.max(1, wait), _ -> context.runOnContext(_ -> connect()));
    }

    /// A control plane of the build before, which told no limits, knows no demand.
    private void tellDemand() {
        List<NodeFrame.Demand.Asked> asked = limits.takeDemand().tenants();
        if (!toldLimits || session == null) {
            return;
        }
        var tallies = state.routes().takeTallies(NodeFrame.Demand.TALLIES_MAX);
        if (!asked.isEmpty() || !tallies.isEmpty()) {
            send(new NodeFrame.Demand(asked, tallies));
        }
    }

    private void ping() {
        WebSocket socket = session;
        if (socket == null) {
            return;
        }
        if (System.nanoTime() - heardNanos > SILENCE_MAX.toNanos()) {
            LOG.info(
                    "control plane has been silent for {} s: connecting again",
                    SILENCE_MAX.toSeconds());
            socket.close();
        } else {
            socket.writePing(Buffer.buffer());
        }
    }

    private void receive(WebSocket socket, String text) {
        heardNanos = System.nanoTime();
        ControlFrame frame;
        try {
            var message = keys.read(text);
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
            case ControlFrame.Keys(var announced) -> take(socket, announced);
            case ControlFrame.Welcome(String routerKey, var announced) -> {
                if (!take(socket, announced)) {
                    return;
                }
                connected = true;
                welcomedNanos = System.nanoTime();
                onRouterKey.accept(routerKey);
                state.tell(new SessionEvents(event -> sendIn(socket, event)));
                if (draining) {
                    // each session begins as if nothing had been said
                    send(new NodeFrame.Draining());
                }
            }
            case ControlFrame.Snapshot snapshot ->
                    acknowledge(socket, state.apply(snapshot), snapshot.position().revision());
            case ControlFrame.Delta delta ->
                    acknowledge(socket, state.apply(delta), delta.position().revision());
            case ControlFrame.SecretsKey _, ControlFrame.Secrets _ -> {
                var _ = state.secrets(frame).whenComplete((_, failure) -> taken(socket, failure));
            }
            case ControlFrame.Moved moved -> {
                var _ = state.moved(moved).whenComplete((_, failure) -> taken(socket, failure));
            }
            case ControlFrame.Limits told -> {
                toldLimits = true;
                limits.take(told);
            }
            case ControlFrame.Follow follow -> followers.follow(follow);
            case ControlFrame.Unfollow(String subscription) -> followers.unfollow(subscription);
            case ControlFrame.Drain _ -> onDrain.run();
            case ControlFrame.Directory _, ControlFrame.Placements _ ->
                    LOG.debug("a frame for routers came to a node");
        }
    }

    /// Whether the control plane is one that is known; with another nothing is spoken.
    private boolean take(WebSocket socket, List<AnnouncedKey> announced) {
        if (announced.isEmpty() || keys.take(announced)) {
            return true;
        }
        onForged.run();
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
        onForged.run();
        LOG.error(
                "a frame of the control plane at {} is not signed by a key that is known", control);
        send(new NodeFrame.Nack("the signature is of no key that is known here"));
    }

    private void acknowledge(WebSocket socket, CompletableFuture<Void> recorded, long revision) {
        var _ =
                recorded.whenComplete(
                        (_, failure) ->
                                context.runOnContext(_ -> answer(socket, revision, failure)));
    }

    private void answer(WebSocket socket, long revision, @Nullable Throwable failure) {
        if (session != socket) {
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
    private void taken(WebSocket socket, @Nullable Throwable failure) {
        if (failure != null) {
            LOG.error("a frame can't be taken: {}", String.valueOf(failure.getMessage()));
            context.runOnContext(_ -> socket.close());
        }
    }

    private void send(NodeFrame frame) {
        WebSocket socket = session;
        if (socket != null) {
            socket.writeTextMessage(Json.write(frame));
        }
    }

    /// From any thread, unless another session began.
    private void sendIn(WebSocket socket, NodeFrame frame) {
        context.runOnContext(
                _ -> {
                    if (session == socket) {
                        send(frame);
                    }
                });
    }

    private boolean isCongested() {
        WebSocket socket = session;
        return socket == null || socket.writeQueueFull();
    }

    @Override
    public void close() {
        closed = true;
        context.runOnContext(
                _ -> {
                    followers.clear();
                    client.close();
                });
    }
}

package dev.cress.node.sync;

import dev.cress.contract.CressPath;
import dev.cress.contract.NodeFrame;
import dev.cress.contract.NodeInfo;
import dev.cress.identity.KnownKeys;
import dev.cress.identity.Ways;
import dev.cress.node.capability.NodeSecrets;
import dev.cress.node.state.NodeState;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.http.WebSocketConnectOptions;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// Sees to it that the node has one session with the control plane: opens another whenever it
/// breaks, and one on a better way when there is one (see [Ways]). One event loop owns everything
/// here.
public final class ControlLink implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ControlLink.class);

    /// Until a connection stands, and until the control plane has answered the handshake on it.
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(3);

    private static final Duration PING_EVERY = Duration.ofSeconds(5);

    /// Until a session is left that is closed.
    private static final Duration LEAVE_MAX = Duration.ofSeconds(1);

    /// How often the control plane hears how many requests came for tenants that have a rate.
    private static final Duration DEMAND_EVERY = Duration.ofSeconds(1);

    /// Messages only: frames keep the 64 KiB that every WebSocket peer reads, longer messages go in
    /// several. A frame that the control plane refuses would cost the session.
    private static final int MESSAGE_BYTES_MAX = 64 << 20;

    private final Vertx vertx;
    private final Context context;
    private final Ways ways;
    private final Credential credential;
    private final Node node;

    /// Whom a client trusts depends on the way.
    private final Map<URI, WebSocketClient> clients = new HashMap<>();

    private @Nullable ControlSession session;
    private boolean draining;
    private volatile String secretsKey = "";
    private volatile boolean connected;
    private volatile boolean closed;

    /// The node, as its sessions speak of it and change it.
    public record Node(
            NodeInfo info,
            NodeState state,
            KnownKeys keys,
            NodeSecrets secrets,
            LimitsFile limits,
            Heard heard) {}

    /// Who hears of what isn't the state's, on the event loop.
    ///
    /// @param routerKey takes the fleet's router key
    /// @param drain the node shall take nothing new
    /// @param forged a frame was not signed by a known key
    public record Heard(Consumer<String> routerKey, Runnable drain, Runnable forged) {}

    /// @param ways this link's alone
    public ControlLink(Vertx vertx, Ways ways, Credential credential, Node node) {
        this.vertx = vertx;
        this.context = vertx.getOrCreateContext();
        this.ways = ways;
        this.credential = credential;
        this.node = node;
    }

    /// Begins to connect, and goes on until closed.
    public void open() {
        vertx.executeBlocking(node.secrets::publicKey)
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
                    if (session != null) {
                        session.send(new NodeFrame.Draining());
                    }
                });
    }

    private void connect() {
        if (!closed) {
            URI way = ways.next();
            connect(way)
                    .onComplete(
                            socket -> opened(socket, way),
                            failure -> connectLater(way, failure.getMessage()));
        }
    }

    private Future<WebSocket> connect(URI way) {
        boolean tls = way.getScheme().equals("https");
        int port = way.getPort() >= 0 ? way.getPort() : tls ? 443 : 80;
        var options =
                new WebSocketConnectOptions()
                        .setHost(way.getHost())
                        .setPort(port)
                        .setSsl(tls)
                        .setURI(CressPath.SYNC_NODE.text())
                        .setTimeout(CONNECT_TIMEOUT.toMillis());
        credential.header().ifPresent(header -> options.addHeader("authorization", header));
        return clients.computeIfAbsent(way, this::client).connect(options);
    }

    private WebSocketClient client(URI way) {
        return vertx.createWebSocketClient(
                credential.on(
                        new WebSocketClientOptions()
                                .setConnectTimeout((int) CONNECT_TIMEOUT.toMillis())
                                .setMaxMessageSize(MESSAGE_BYTES_MAX),
                        way));
    }

    private void opened(WebSocket socket, URI way) {
        if (closed) {
            socket.close();
            return;
        }
        var begun = new ControlSession(context, socket, way, node, new OfSession(way));
        session = begun;
        begun.begin(secretsKey);
    }

    /// What comes of a session.
    private final class OfSession implements ControlSession.Heard {
        private final URI way;

        OfSession(URI way) {
            this.way = way;
        }

        @Override
        public void welcomed() {
            connected = true;
            ways.welcomed();
            lookLater(session);
        }

        @Override
        public void ended(String why) {
            session = null;
            connected = false;
            connectLater(way, why);
        }

        @Override
        public boolean isDraining() {
            return draining;
        }
    }

    private void connectLater(URI way, @Nullable String why) {
        if (!closed) {
            LOG.info("no control plane at {} ({}); what is here is served", way, why);
            vertx.setTimer(ways.lost().toMillis(), _ -> context.runOnContext(_ -> connect()));
        }
    }

    private void lookLater(@Nullable ControlSession present) {
        ways.untilReturn()
                .ifPresent(
                        wait ->
                                vertx.setTimer(
                                        wait.toMillis(),
                                        _ -> context.runOnContext(_ -> look(present, 0))));
    }

    /// Looks for a better way, from this one on, as long as the session stands that began it. A way
    /// that takes a WebSocket is there, and so is what is behind it: a relay without a control
    /// plane takes none.
    private void look(@Nullable ControlSession present, int from) {
        if (closed || session != present || present == null) {
            return;
        }
        List<URI> better = ways.better();
        if (from == better.size()) {
            lookLater(present);
            return;
        }
        URI way = better.get(from);
        connect(way).onComplete(socket -> move(present, socket, way), _ -> look(present, from + 1));
    }

    private void move(ControlSession present, WebSocket socket, URI way) {
        if (closed || session != present) {
            socket.close();
            return;
        }
        LOG.info("going back to the control plane at {}, from {}", way, ways.current());
        present.leave();
        connected = false;
        ways.moved(way);
        opened(socket, way);
    }

    private void tellDemand() {
        List<NodeFrame.Demand.Asked> asked = node.limits.takeDemand().tenants();
        if (session != null) {
            session.tellDemand(asked);
        }
    }

    private void ping() {
        if (session != null) {
            session.ping();
        }
    }

    /// After it no frame comes to the node any more, unless the event loop stands still. Blocks.
    @Override
    public void close() {
        closed = true;
        var left = new CompletableFuture<Void>();
        context.runOnContext(
                _ -> {
                    if (session != null) {
                        session.close();
                    }
                    clients.values().forEach(WebSocketClient::close);
                    left.complete(null);
                });
        left.completeOnTimeout(null, LEAVE_MAX.toMillis(), TimeUnit.MILLISECONDS).join();
    }
}

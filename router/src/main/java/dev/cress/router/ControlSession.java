package dev.cress.router;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.exc.InvalidTypeIdException;

import dev.cress.contract.ControlFrame;
import dev.cress.contract.CressPath;
import dev.cress.contract.Json;
import dev.cress.identity.Ways;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.UpgradeRejectedException;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.http.WebSocketConnectOptions;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.TrustOptions;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/// Holds one WebSocket to the control plane, for ever: whatever ends it, the next one is tried
/// after a while, and one on a better way is taken when there is one (see [Ways]). All methods
/// belong to the control loop, except [#connected()] and [#close()].
final class ControlSession {
    static final String PATH = CressPath.SYNC_ROUTER.text();

    private static final Logger LOG = LoggerFactory.getLogger(ControlSession.class);
    private static final int CONNECT_TIMEOUT_MS = 5_000;

    /// From a connection to the control plane's welcome.
    private static final long WELCOME_MAX_MS = 15_000;

    /// Pings go out every 10 s, and a peer that is silent for three of them is gone.
    private static final long PING_MS = 10_000;

    private static final int SILENCE_MAX_S = 30;

    /// At about 300 bytes a node, a directory of 50,000.
    private static final int MESSAGE_BYTES_MAX = 16 << 20;

    private static final int FRAME_BYTES_MAX = 1 << 20;
    private static final int UNAUTHORIZED = 401;
    private static final int FORBIDDEN = 403;

    private final Vertx vertx;
    private final Ways ways;
    private final String joinToken;
    private final Listener listener;
    private final WebSocketClient client;

    /// What was wrong last with each way.
    private final Map<URI, String> said = new HashMap<>();

    private String routerKey = "";
    private @Nullable WebSocket socket;
    private volatile boolean connected;
    private volatile boolean closed;

    /// Hears of every change of the fleet.
    interface Listener {
        void directory(String routerKey, ControlFrame.Directory directory);

        void placements(ControlFrame.Placements placements);
    }

    ControlSession(Vertx vertx, RouterConfig config, Listener listener) {
        this.vertx = vertx;
        ways = new Ways(config.control());
        joinToken = config.joinToken();
        this.listener = listener;
        var options =
                new WebSocketClientOptions()
                        .setConnectTimeout(CONNECT_TIMEOUT_MS)
                        .setReadIdleTimeout(SILENCE_MAX_S)
                        .setIdleTimeoutUnit(TimeUnit.SECONDS)
                        .setMaxFrameSize(FRAME_BYTES_MAX)
                        .setMaxMessageSize(MESSAGE_BYTES_MAX);
        config.identity()
                .ifPresent(
                        identity ->
                                options.setEnabledSecureTransportProtocols(Set.of("TLSv1.3"))
                                        .setKeyCertOptions(KeyCertOptions.wrap(identity.keys()))
                                        .setTrustOptions(TrustOptions.wrap(identity.trusted())));
        client = vertx.createWebSocketClient(options);
    }

    boolean connected() {
        return connected;
    }

    /// Ends the session for good. Any thread.
    void close() {
        closed = true;
        client.close();
    }

    void connect() {
        if (!closed) {
            connect(ways.next()).onComplete(this::opened, this::failed);
        }
    }

    private Future<WebSocket> connect(URI control) {
        boolean tls = "https".equals(control.getScheme());
        String base = control.getPath() == null ? "" : control.getPath();
        var options =
                new WebSocketConnectOptions()
                        .setHost(control.getHost())
                        .setPort(control.getPort() >= 0 ? control.getPort() : tls ? 443 : 80)
                        .setSsl(tls)
                        .setURI(base.replaceAll("/+$", "") + PATH)
                        .setTimeout(CONNECT_TIMEOUT_MS);
        if (!joinToken.isEmpty()) {
            options.putHeader("authorization", "Bearer " + joinToken);
        }
        return client.connect(options);
    }

    private void opened(WebSocket opened) {
        socket = opened;
        long pings = vertx.setPeriodic(PING_MS, _ -> opened.writePing(Buffer.buffer("cress")));
        vertx.setTimer(
                WELCOME_MAX_MS,
                _ -> {
                    if (socket == opened && !connected) {
                        opened.close();
                    }
                });
        opened.textMessageHandler(text -> heard(opened, text));
        opened.exceptionHandler(
                fault -> {
                    // as of a message that is too long, which no other handler hears of
                    LOG.warn("control session: {}", fault.toString());
                    opened.close();
                });
        opened.closeHandler(
                _ -> {
                    vertx.cancelTimer(pings);
                    if (socket == opened) {
                        connected = false;
                        again("the session ended" + why(opened));
                    }
                });
    }

    private void lookLater(WebSocket present) {
        ways.untilReturn()
                .ifPresent(wait -> vertx.setTimer(wait.toMillis(), _ -> look(present, 0)));
    }

    /// Looks for a better way, from this one on, as long as the session stands that began it.
    private void look(WebSocket present, int from) {
        if (closed || socket != present || !connected) {
            return;
        }
        if (from == ways.better().size()) {
            lookLater(present);
            return;
        }
        URI better = ways.better().get(from);
        connect(better)
                .onComplete(opened -> move(present, opened, better), _ -> look(present, from + 1));
    }

    private void move(WebSocket present, WebSocket opened, URI better) {
        if (closed || socket != present || !connected) {
            opened.close();
            return;
        }
        LOG.info("going back to control plane {}, from {}", better, ways.current());
        connected = false;
        ways.moved(better);
        opened(opened);
        present.close();
    }

    /// What the control plane says of it: a close code and its words (RFC 6455 §7.1.5 and §7.1.6).
    private static String why(WebSocket ended) {
        Short code = ended.closeStatusCode();
        String reason = ended.closeReason();
        return (code == null ? "" : ", close code " + code)
                + (reason == null || reason.isEmpty() ? "" : ": " + reason);
    }

    private void failed(Throwable fault) {
        int status = fault instanceof UpgradeRejectedException refused ? refused.getStatus() : 0;
        again(
                status == UNAUTHORIZED || status == FORBIDDEN
                        ? "it refuses the %s (%d)"
                                .formatted(
                                        joinToken.isEmpty() ? "certificate" : "join token", status)
                        : String.valueOf(fault.getMessage()));
    }

    private void again(String fault) {
        if (closed) {
            return;
        }
        if (ways.hasStood()) {
            said.clear();
        }
        // Said once of each way, not every five seconds.
        if (!fault.equals(said.put(ways.next(), fault))) {
            LOG.warn("control plane {}: {}; trying again", ways.next(), fault);
        }
        vertx.setTimer(ways.lost().toMillis(), _ -> connect());
    }

    private void heard(WebSocket on, String text) {
        if (socket != on) {
            return;
        }
        try {
            switch (Json.LENIENT.readValue(text, ControlFrame.class)) {
                case ControlFrame.Welcome welcome -> {
                    LOG.info("control plane {}: connected", ways.next());
                    if (!connected) {
                        connected = true;
                        ways.welcomed();
                        lookLater(on);
                    }
                    routerKey = welcome.routerKey();
                }
                case ControlFrame.Directory directory -> listener.directory(routerKey, directory);
                case ControlFrame.Placements placements -> listener.placements(placements);
                case ControlFrame.Snapshot _,
                        ControlFrame.Delta _,
                        ControlFrame.SecretsKey _,
                        ControlFrame.Secrets _,
                        ControlFrame.Drain _,
                        ControlFrame.Moved _,
                        ControlFrame.Keys _,
                        ControlFrame.Follow _,
                        ControlFrame.Unfollow _,
                        ControlFrame.Limits _ ->
                        LOG.debug("a frame for nodes came to a router");
            }
        } catch (InvalidTypeIdException e) {
            LOG.debug("a frame of a newer control plane is passed over: {}", e.getTypeId());
        } catch (JsonProcessingException e) {
            LOG.warn("a frame of the control plane {}", Json.explain(e).getMessage());
        }
    }
}

package dev.cress.router;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.exc.InvalidTypeIdException;

import dev.cress.contract.ControlFrame;
import dev.cress.contract.CressPath;
import dev.cress.contract.Json;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.UpgradeRejectedException;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.http.WebSocketConnectOptions;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.TrustOptions;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.net.URI;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/// Holds one WebSocket to the control plane, for ever: whatever ends it, the next one is tried
/// after a while. All methods belong to the control loop, except [#connected()] and [#close()].
final class ControlSession {
    static final String PATH = CressPath.SYNC_ROUTER.text();

    private static final Logger LOG = LoggerFactory.getLogger(ControlSession.class);
    private static final long BACKOFF_FIRST_MS = 100;

    /// The longest wait before a session, and how long one must have stood for the waits to begin
    /// anew: what ends each session soon after its welcome must not come back ten times a second.
    private static final long BACKOFF_MAX_MS = 5_000;

    private static final int CONNECT_TIMEOUT_MS = 5_000;

    /// Pings go out every 10 s, and a peer that is silent for three of them is gone.
    private static final long PING_MS = 10_000;

    private static final int SILENCE_MAX_S = 30;

    /// At about 300 bytes a node, a directory of 50,000.
    private static final int MESSAGE_BYTES_MAX = 16 << 20;

    private static final int FRAME_BYTES_MAX = 1 << 20;
    private static final int UNAUTHORIZED = 401;
    private static final int FORBIDDEN = 403;

    private final Vertx vertx;
    private final URI control;
    private final String joinToken;
    private final Listener listener;
    private final WebSocketClient client;
    private long backoffMs = BACKOFF_FIRST_MS;
    private String lastFault = "";
    private String routerKey = "";
    private long welcomedNs;
    private volatile boolean connected;
    private volatile boolean closed;

    /// Hears of every change of the fleet.
    interface Listener {
        void directory(String routerKey, ControlFrame.Directory directory);

        void placements(ControlFrame.Placements placements);
    }

    ControlSession(Vertx vertx, RouterConfig config, Listener listener) {
        this.vertx = vertx;
        control = config.control();
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
        if (closed) {
            return;
        }
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
        client.connect(options).onComplete(this::opened, this::failed);
    }

    private void opened(WebSocket socket) {
        long pings = vertx.setPeriodic(PING_MS, _ -> socket.writePing(Buffer.buffer("cress")));
        socket.textMessageHandler(this::heard);
        socket.exceptionHandler(
                fault -> {
                    // as of a message that is too long, which no other handler hears of
                    LOG.warn("control session: {}", fault.toString());
                    socket.close();
                });
        socket.closeHandler(
                _ -> {
                    vertx.cancelTimer(pings);
                    if (connected && stoodLong()) {
                        backoffMs = BACKOFF_FIRST_MS;
                        lastFault = "";
                    }
                    connected = false;
                    again("the session ended" + why(socket));
                });
    }

    private boolean stoodLong() {
        return System.nanoTime() - welcomedNs >= TimeUnit.MILLISECONDS.toNanos(BACKOFF_MAX_MS);
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
        // Said once, not every five seconds.
        if (!fault.equals(lastFault)) {
            LOG.warn("control plane {}: {}; trying again", control, fault);
            lastFault = fault;
        }
        long waitMs = ThreadLocalRandom.current().nextLong(backoffMs / 2, backoffMs + 1);
        backoffMs = Math.min(2 * backoffMs, BACKOFF_MAX_MS);
        vertx.setTimer(waitMs, _ -> connect());
    }

    private void heard(String text) {
        try {
            switch (Json.LENIENT.readValue(text, ControlFrame.class)) {
                case ControlFrame.Welcome welcome -> {
                    LOG.info("control plane {}: connected", control);
                    connected = true;
                    welcomedNs = System.nanoTime();
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

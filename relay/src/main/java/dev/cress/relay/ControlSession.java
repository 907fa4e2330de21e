package dev.cress.relay;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.exc.InvalidTypeIdException;

import dev.cress.contract.Build;
import dev.cress.contract.ContractException;
import dev.cress.contract.CressPath;
import dev.cress.contract.Envelope;
import dev.cress.contract.Json;
import dev.cress.contract.RelayFrame;
import dev.cress.contract.RelayLine;
import dev.cress.contract.RelayOrder;
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
/// after a while, and one on a better way is taken when there is one (see [Ways]). What nodes say
/// in one turn of the event loop goes as one message. Lives on the event loop, but for
/// [#isConnected()].
final class ControlSession {
    private static final Logger LOG = LoggerFactory.getLogger(ControlSession.class);
    private static final int CONNECT_TIMEOUT_MS = 5_000;

    /// From a connection to the control plane's welcome.
    private static final long WELCOME_MAX_MS = 15_000;

    /// Pings go out every 5 s, and a control plane that is silent for three of them is gone.
    private static final long PING_MS = 5_000;

    private static final int SILENCE_MAX_S = 15;

    /// As nodes take them, and whom they are for.
    private static final int MESSAGE_BYTES_MAX = (64 << 20) + (1 << 20);

    /// Characters of lines that go together.
    private static final int BATCH_LENGTH_MAX = 64 << 10;

    /// Bytes that wait to be written before nodes are made to wait.
    private static final int WRITE_QUEUE_BYTES = 1 << 20;

    private final Vertx vertx;
    private final RelayConfig config;
    private final RelayMetrics metrics;
    private final Ways ways;
    private final WebSocketClient client;
    private final StringBuilder batch = new StringBuilder();
    private Heard heard = Heard.NOBODY;
    private @Nullable WebSocket socket;

    /// What was wrong last with each way.
    private final Map<URI, String> said = new HashMap<>();

    private volatile boolean connected;
    private volatile boolean closed;

    /// What comes of the session, on the event loop.
    interface Heard {
        Heard NOBODY =
                new Heard() {
                    @Override
                    public void message(Envelope envelope) {}

                    @Override
                    public void end(RelayOrder.End end) {}

                    @Override
                    public void drained() {}

                    @Override
                    public void lost() {}
                };

        void message(Envelope envelope);

        void end(RelayOrder.End end);

        /// There is room again for what nodes say.
        void drained();

        /// The session is over, and with it those of all nodes.
        void lost();
    }

    /// @param ways this session's alone
    ControlSession(Vertx vertx, RelayConfig config, Ways ways, RelayMetrics metrics) {
        this.vertx = vertx;
        this.ways = ways;
        this.config = config;
        this.metrics = metrics;
        var options =
                new WebSocketClientOptions()
                        .setConnectTimeout(CONNECT_TIMEOUT_MS)
                        .setReadIdleTimeout(SILENCE_MAX_S)
                        .setIdleTimeoutUnit(TimeUnit.SECONDS)
                        .setMaxMessageSize(MESSAGE_BYTES_MAX);
        config.identity()
                .ifPresent(
                        identity ->
                                options.setEnabledSecureTransportProtocols(Set.of("TLSv1.3"))
                                        .setKeyCertOptions(KeyCertOptions.wrap(identity.keys()))
                                        .setTrustOptions(TrustOptions.wrap(identity.trusted())));
        client = vertx.createWebSocketClient(options);
    }

    void hear(Heard by) {
        heard = by;
    }

    boolean isConnected() {
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
        var options =
                new WebSocketConnectOptions()
                        .setHost(control.getHost())
                        .setPort(control.getPort() >= 0 ? control.getPort() : tls ? 443 : 80)
                        .setSsl(tls)
                        .setURI(CressPath.SYNC_RELAY.text())
                        .setTimeout(CONNECT_TIMEOUT_MS);
        if (config.identity().isEmpty()) {
            options.putHeader("authorization", "Bearer " + config.joinToken());
        }
        return client.connect(options);
    }

    private void opened(WebSocket opened) {
        if (closed) {
            opened.close();
            return;
        }
        socket = opened;
        batch.setLength(0);
        opened.setWriteQueueMaxSize(WRITE_QUEUE_BYTES);
        long pings = vertx.setPeriodic(PING_MS, _ -> opened.writePing(Buffer.buffer("cress")));
        vertx.setTimer(
                WELCOME_MAX_MS,
                _ -> {
                    if (socket == opened && !connected) {
                        opened.close();
                    }
                });
        opened.textMessageHandler(text -> received(opened, text));
        opened.drainHandler(_ -> heard.drained());
        opened.exceptionHandler(
                fault -> {
                    // as of a message that is too long, which no other handler hears of
                    LOG.warn("control session: {}", fault.toString());
                    opened.close();
                });
        opened.closeHandler(
                _ -> {
                    vertx.cancelTimer(pings);
                    lost(opened);
                });
        opened.writeTextMessage(
                RelayLine.of(new RelayFrame.Hello(RelayFrame.PROTO, config.name(), Build.version()))
                        .text());
    }

    private void lost(WebSocket ended) {
        if (socket != ended) {
            return;
        }
        leave();
        Short code = ended.closeStatusCode();
        String reason = ended.closeReason();
        again(
                "the session ended"
                        + (code == null ? "" : ", close code " + code)
                        + (reason == null || reason.isEmpty() ? "" : ": " + reason));
    }

    private void leave() {
        socket = null;
        connected = false;
        heard.lost();
    }

    private void lookLater(WebSocket present) {
        ways.untilReturn()
                .ifPresent(wait -> vertx.setTimer(wait.toMillis(), _ -> look(present, 0)));
    }

    /// Looks for a better way, from this one on, as long as the session stands that began it.
    private void look(WebSocket present, int from) {
        if (closed || socket != present) {
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
        if (closed || socket != present) {
            opened.close();
            return;
        }
        LOG.info("going back to control plane {}, from {}", better, ways.current());
        leave();
        present.close();
        ways.moved(better);
        opened(opened);
    }

    private void failed(Throwable fault) {
        again(
                fault instanceof UpgradeRejectedException refused
                        ? "it refuses the relay (%d)".formatted(refused.getStatus())
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

    private void received(WebSocket on, String text) {
        if (socket != on) {
            return;
        }
        try {
            var envelope = Envelope.parse(text);
            if (envelope.to().get(0)) {
                RelayOrder order = Json.LENIENT.readValue(envelope.message(), RelayOrder.class);
                if (order == null) {
                    throw new ContractException("invalid-json", "expected an object, found null");
                }
                take(order);
            } else {
                metrics.came(text.length());
                heard.message(envelope);
            }
        } catch (InvalidTypeIdException e) {
            LOG.debug("an order of a newer control plane is passed over: {}", e.getTypeId());
        } catch (JsonProcessingException | ContractException e) {
            LOG.error("the control plane can't be understood: {}", e.getMessage());
            restart();
        }
    }

    private void take(RelayOrder order) {
        switch (order) {
            case RelayOrder.Welcome() -> {
                LOG.info("control plane {}: connected", ways.next());
                WebSocket welcomed = socket;
                if (!connected && welcomed != null) {
                    connected = true;
                    ways.welcomed();
                    lookLater(welcomed);
                }
            }
            case RelayOrder.End end -> heard.end(end);
        }
    }

    /// Ends this session: the next one begins as if nothing had been.
    void restart() {
        if (socket != null) {
            socket.close();
        }
    }

    void tell(RelayFrame frame) {
        pass(RelayLine.of(frame));
    }

    /// Sends what a node says, with what others say now.
    void pass(RelayLine line) {
        if (!connected) {
            return;
        }
        String text = line.text();
        if (batch.length() + text.length() > BATCH_LENGTH_MAX) {
            flush();
        }
        if (batch.isEmpty()) {
            vertx.runOnContext(_ -> flush());
        }
        batch.append(text);
        metrics.said();
    }

    private void flush() {
        if (socket != null && !batch.isEmpty()) {
            socket.writeTextMessage(batch.toString());
        }
        batch.setLength(0);
    }

    /// Whether the control plane doesn't take what nodes say as fast as it comes.
    boolean isFull() {
        return socket != null && socket.writeQueueFull();
    }
}

package dev.cress.control;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.JsonProcessingException;

import dev.cress.contract.ControlFrame;
import dev.cress.contract.Envelope;
import dev.cress.contract.Json;
import dev.cress.contract.NodeFrame;
import dev.cress.contract.Position;
import dev.cress.contract.RelayFrame;
import dev.cress.contract.RelayLine;
import dev.cress.contract.RelayOrder;
import dev.cress.contract.SignedFrame;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.http.WebSocketConnectOptions;
import io.vertx.core.net.ClientSSLOptions;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.TrustOptions;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// A relay by hand, with nodes behind it that exist on the wire only: keeps every envelope.
final class FakeRelay implements AutoCloseable {
    private static final Duration SOON = Duration.ofSeconds(30);

    private final Vertx vertx =
            Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1).setWorkerPoolSize(1));

    /// Kept because Vert.x closes a client, and its sockets, that nobody refers to any more.
    private final WebSocketClient client;

    private final WebSocket socket;
    final List<Envelope> envelopes = new CopyOnWriteArrayList<>();

    /// What was read of messages already: waits look at all of them again and again.
    private final Map<String, ControlFrame> frames = new ConcurrentHashMap<>();

    private FakeRelay(ControlPlane control, WebSocketConnectOptions options) {
        client =
                vertx.createWebSocketClient(
                        new WebSocketClientOptions().setMaxMessageSize(64 << 20));
        options.setHost("127.0.0.1").setPort(control.port()).setURI("/v1/sync/relay");
        var unconnected =
                client.webSocket().textMessageHandler(text -> envelopes.add(Envelope.parse(text)));
        try {
            socket =
                    unconnected
                            .connect(options)
                            .toCompletionStage()
                            .toCompletableFuture()
                            .get(10, TimeUnit.SECONDS);
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            throw new AssertionError("can't connect", e);
        }
    }

    /// One that has said nothing yet.
    static FakeRelay silent(ControlPlane control) {
        return silent(control, control.issueToken("relay", "join"));
    }

    static FakeRelay silent(ControlPlane control, String token) {
        return new FakeRelay(
                control,
                new WebSocketConnectOptions().addHeader("authorization", "Bearer " + token));
    }

    /// One with a certificate that has said nothing yet.
    static FakeRelay member(ControlPlane control, Badge badge) {
        return new FakeRelay(
                control,
                new WebSocketConnectOptions()
                        .setSsl(true)
                        .setSslOptions(
                                new ClientSSLOptions()
                                        .setHostnameVerificationAlgorithm("HTTPS")
                                        .setKeyCertOptions(KeyCertOptions.wrap(badge.key()))
                                        .setTrustOptions(TrustOptions.wrap(badge.trusted()))));
    }

    static FakeRelay connect(ControlPlane control, String name) {
        return silent(control).hello(name);
    }

    /// Says who it is, and waits for the welcome.
    FakeRelay hello(String name) {
        say(new RelayFrame.Hello(RelayFrame.PROTO, name, "test"));
        await().atMost(SOON).until(() -> !orders(RelayOrder.Welcome.class).isEmpty());
        return this;
    }

    void say(RelayFrame frame) {
        text(RelayLine.of(frame).text());
    }

    void text(String message) {
        socket.writeTextMessage(message);
    }

    /// A node's frame.
    void pass(int session, NodeFrame frame) {
        text(new RelayLine(session, Json.write(frame)).text());
    }

    /// A node comes with a token, and says who it is.
    void node(int session, String name, String token) {
        text(lines(session, name, token, Position.NOWHERE));
        await().atMost(SOON).until(() -> !to(session).isEmpty() || !ends(session).isEmpty());
    }

    /// How a node comes.
    static String lines(int session, String name, String token, Position resume) {
        var hello = new NodeFrame.Hello(NodeFrame.PROTO, FakeNode.info(name), resume);
        return RelayLine.of(new RelayFrame.Opened(session, "", token)).text()
                + new RelayLine(session, Json.write(hello)).text();
    }

    /// A node comes with a certificate.
    void member(int session, String name, String certificate) {
        var hello = new NodeFrame.Hello(NodeFrame.PROTO, FakeNode.info(name), Position.NOWHERE);
        text(
                RelayLine.of(new RelayFrame.Opened(session, certificate, "")).text()
                        + new RelayLine(session, Json.write(hello)).text());
        await().atMost(SOON).until(() -> !to(session).isEmpty() || !ends(session).isEmpty());
    }

    /// Messages for a node, as it would get them.
    List<String> to(int session) {
        return envelopes.stream()
                .filter(envelope -> envelope.to().get(session))
                .map(Envelope::message)
                .toList();
    }

    /// The frames of one kind among them.
    <T extends ControlFrame> List<T> to(int session, Class<T> type) {
        List<T> found = new ArrayList<>();
        for (String message : to(session)) {
            ControlFrame frame = frames.computeIfAbsent(message, FakeRelay::frame);
            if (type.isInstance(frame)) {
                found.add(type.cast(frame));
            }
        }
        return found;
    }

    static ControlFrame frame(String message) {
        try {
            String json = SignedFrame.parse(message).map(SignedFrame::frame).orElse(message);
            return Json.STRICT.readValue(json, ControlFrame.class);
        } catch (JsonProcessingException e) {
            throw new AssertionError(message, e);
        }
    }

    /// Envelopes that carry such a frame.
    List<Envelope> carrying(Class<? extends ControlFrame> type) {
        return envelopes.stream()
                .filter(envelope -> !envelope.to().get(0))
                .filter(envelope -> type.isInstance(frame(envelope.message())))
                .toList();
    }

    <T extends RelayOrder> List<T> orders(Class<T> type) {
        return envelopes.stream()
                .filter(envelope -> envelope.to().get(0))
                .map(envelope -> Json.read(envelope.message(), RelayOrder.class))
                .filter(type::isInstance)
                .map(type::cast)
                .toList();
    }

    private List<RelayOrder.End> ends(int session) {
        return orders(RelayOrder.End.class).stream()
                .filter(end -> end.session() == session)
                .toList();
    }

    /// The code with which a node's session is to end, waited for.
    int endCode(int session) {
        await().atMost(SOON).until(() -> !ends(session).isEmpty());
        return ends(session).getFirst().code();
    }

    boolean isEnded(int session) {
        return !ends(session).isEmpty();
    }

    /// Stops reading from the socket, or goes on.
    void reads(boolean reads) {
        if (reads) {
            socket.resume();
        } else {
            socket.pause();
        }
    }

    /// The code with which the control plane ended the relay's own session, waited for.
    int closeCode() {
        await().atMost(SOON).until(socket::isClosed);
        Short code = socket.closeStatusCode();
        return code == null ? 0 : code;
    }

    /// Goes without a farewell, as a killed process does.
    @Override
    public void close() {
        client.close();
        vertx.close();
    }
}

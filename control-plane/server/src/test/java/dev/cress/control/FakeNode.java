package dev.cress.control;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.JsonProcessingException;

import dev.cress.contract.ControlFrame;
import dev.cress.contract.ControlFrame.Delta;
import dev.cress.contract.ControlFrame.Follow;
import dev.cress.contract.ControlFrame.Snapshot;
import dev.cress.contract.Json;
import dev.cress.contract.NodeFrame;
import dev.cress.contract.NodeInfo;
import dev.cress.contract.Position;
import dev.cress.contract.SignedFrame;
import dev.cress.identity.Recipient;

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
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/// A node or router by hand: keeps every frame that it is sent, acks what it is told to.
final class FakeNode implements AutoCloseable {
    private static final Duration SOON = Duration.ofSeconds(30);

    private static final int MESSAGE_BYTES_MAX = 16 << 20;

    private final Vertx vertx =
            Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1).setWorkerPoolSize(1));

    /// Kept because Vert.x closes a client, and its sockets, that nobody refers to any more.
    private final WebSocketClient client;

    private final WebSocket socket;
    private final List<ControlFrame> frames = new CopyOnWriteArrayList<>();
    volatile boolean acks;
    private volatile Consumer<Follow> onFollow = _ -> {};

    /// The messages that were signed.
    final List<SignedFrame> signed = new CopyOnWriteArrayList<>();

    private FakeNode(ControlPlane control, String path, String token) {
        this(
                control,
                new WebSocketConnectOptions()
                        .setURI(path)
                        .addHeader("authorization", "Bearer " + token));
    }

    private FakeNode(ControlPlane control, WebSocketConnectOptions options) {
        client =
                vertx.createWebSocketClient(
                        new WebSocketClientOptions().setMaxMessageSize(MESSAGE_BYTES_MAX));
        options.setHost("127.0.0.1").setPort(control.port());
        var unconnected = client.webSocket().textMessageHandler(this::received);
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

    /// Has this done whenever it is asked for its log, on its event loop.
    void onFollow(Consumer<Follow> answer) {
        onFollow = answer;
    }

    private void received(String text) {
        try {
            var parsed = SignedFrame.parse(text);
            String json = parsed.map(SignedFrame::frame).orElse(text);
            ControlFrame frame = Json.STRICT.readValue(json, ControlFrame.class);
            parsed.ifPresent(signed::add);
            frames.add(frame);
            if (acks && frame instanceof Snapshot snapshot) {
                send(new NodeFrame.Ack(snapshot.position().revision()));
            } else if (acks && frame instanceof Delta delta) {
                send(new NodeFrame.Ack(delta.position().revision()));
            } else if (frame instanceof Follow follow) {
                onFollow.accept(follow);
            }
        } catch (JsonProcessingException e) {
            throw new AssertionError(text, e);
        }
    }

    /// A connection that has said nothing yet.
    static FakeNode silent(ControlPlane control, String token) {
        return new FakeNode(control, "/v1/sync/node", token);
    }

    /// A connection of somebody with a certificate, that has said nothing yet.
    static FakeNode member(ControlPlane control, String path, Badge badge) {
        return new FakeNode(
                control,
                new WebSocketConnectOptions()
                        .setURI(path)
                        .setSsl(true)
                        .setSslOptions(
                                new ClientSSLOptions()
                                        .setHostnameVerificationAlgorithm("HTTPS")
                                        .setKeyCertOptions(KeyCertOptions.wrap(badge.key()))
                                        .setTrustOptions(TrustOptions.wrap(badge.trusted()))));
    }

    static FakeNode router(ControlPlane control) {
        return new FakeNode(control, "/v1/sync/router", control.issueToken("router", "join"));
    }

    /// A node that knows nothing yet and acks what comes.
    static FakeNode connect(ControlPlane control, String name) {
        return connect(control, name, Position.NOWHERE, true);
    }

    static FakeNode connect(ControlPlane control, String name, Position resume, boolean acks) {
        var node = silent(control, control.issueToken(name, "join"));
        node.acks = acks;
        node.hello(name, resume);
        return node;
    }

    /// Says who it is, and waits for the welcome.
    void hello(String name, Position resume) {
        send(new NodeFrame.Hello(NodeFrame.PROTO, info(name), resume));
        first(ControlFrame.Welcome.class);
    }

    /// The same as a node that takes secrets.
    void hello(String name, Recipient recipient) {
        send(
                new NodeFrame.Hello(
                        NodeFrame.PROTO,
                        info(name),
                        Position.NOWHERE,
                        0,
                        true,
                        true,
                        recipient.publicKey()));
        first(ControlFrame.Welcome.class);
    }

    static NodeInfo info(String name) {
        return new NodeInfo(name, "fra", 50.1, 8.7, "http://127.0.0.1:1", "test");
    }

    /// Stops reading from the socket, or goes on.
    void reads(boolean reads) {
        if (reads) {
            socket.resume();
        } else {
            socket.pause();
        }
    }

    void send(NodeFrame frame) {
        sendText(Json.write(frame));
    }

    void sendText(String text) {
        socket.writeTextMessage(text);
    }

    List<ControlFrame> frames() {
        return frames;
    }

    <T extends ControlFrame> List<T> all(Class<T> type) {
        return frames.stream().filter(type::isInstance).map(type::cast).toList();
    }

    /// The first frame of this kind, waited for.
    <T extends ControlFrame> T first(Class<T> type) {
        await().atMost(SOON).until(() -> !all(type).isEmpty());
        return all(type).getFirst();
    }

    /// Where the last frame left this node.
    Position position() {
        Position position = Position.NOWHERE;
        for (ControlFrame frame : frames) {
            if (frame instanceof Snapshot snapshot) {
                position = snapshot.position();
            } else if (frame instanceof Delta delta) {
                position = delta.position();
            }
        }
        return position;
    }

    void awaitRevision(long revision) {
        await().atMost(SOON).until(() -> position().revision() == revision);
    }

    /// The code with which the control plane ended the session, waited for.
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

package dev.cress.relay;

import static org.awaitility.Awaitility.await;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.http.WebSocketConnectOptions;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/// A node's WebSocket by hand: keeps every message.
final class StubNode implements AutoCloseable {
    private final Vertx vertx =
            Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1).setWorkerPoolSize(1));

    /// Kept because Vert.x closes a client, and its sockets, that nobody refers to any more.
    private final WebSocketClient client;

    private final WebSocket socket;
    final List<String> messages = new CopyOnWriteArrayList<>();

    StubNode(Relay relay, String token) {
        client =
                vertx.createWebSocketClient(
                        new WebSocketClientOptions().setMaxMessageSize(128 << 20));
        var options =
                new WebSocketConnectOptions()
                        .setHost("127.0.0.1")
                        .setPort(relay.port())
                        .setURI("/v1/sync/node")
                        .addHeader("authorization", "Bearer " + token);
        socket =
                FakeControl.result(
                        client.webSocket().textMessageHandler(messages::add).connect(options));
    }

    void say(String frame) {
        socket.writeTextMessage(frame);
    }

    /// Stops reading from the socket, or goes on.
    void reads(boolean reads) {
        if (reads) {
            socket.resume();
        } else {
            socket.pause();
        }
    }

    boolean isOver() {
        return socket.isClosed();
    }

    /// The code with which the relay ended the session, waited for.
    int closeCode() {
        await().atMost(FakeControl.SOON).until(socket::isClosed);
        Short code = socket.closeStatusCode();
        return code == null ? 0 : code;
    }

    @Override
    public void close() {
        client.close();
        vertx.close();
    }
}

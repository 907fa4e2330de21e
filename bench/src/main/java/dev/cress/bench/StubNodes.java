package dev.cress.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;

import dev.cress.contract.Json;
import dev.cress.contract.NodeFrame;
import dev.cress.contract.NodeInfo;
import dev.cress.contract.Position;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.http.WebSocketConnectOptions;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/// Nodes as the control plane sees them, each with a WebSocket of its own: they ack what they are
/// told and do nothing else. One that loses its session comes back within 200 ms.
final class StubNodes implements AutoCloseable {
    private static final int MESSAGE_BYTES_MAX = 16 << 20;
    private static final int AGAIN_MS_MAX = 200;
    private static final Duration LEVEL_WITHIN = Duration.ofSeconds(60);
    private static final long LOOK_EVERY_NANOS = 100_000;

    /// Nodes that connect at once in the beginning.
    private static final int TOGETHER = 50;

    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
    private final WebSocketClient client;
    private final List<Node> nodes = new ArrayList<>();

    /// Nodes that have acked the revision that is waited for, and have a session.
    private final AtomicInteger level = new AtomicInteger();

    private volatile long awaited;
    private volatile boolean closed;

    /// @param ports where nodes connect, each to the next of them in turn
    StubNodes(int count, List<Integer> ports, String token) throws IOException {
        client =
                vertx.createWebSocketClient(
                        new WebSocketClientOptions()
                                .setMaxConnections(count)
                                .setMaxMessageSize(MESSAGE_BYTES_MAX));
        for (int i = 0; i < count; i++) {
            var node = new Node("stub-" + i, ports.get(i % ports.size()), token);
            nodes.add(node);
            vertx.runOnContext(_ -> node.connect());
            if (nodes.size() % TOGETHER == 0) {
                awaitLevel();
            }
        }
        awaitLevel();
    }

    /// From now on nodes count as level once they have acked this. Call it before the change that
    /// makes it.
    void expect(long revision) {
        vertx.runOnContext(
                _ -> {
                    awaited = revision;
                    level.set(0);
                    nodes.forEach(Node::countAnew);
                });
        while (awaited != revision) {
            LockSupport.parkNanos(LOOK_EVERY_NANOS);
        }
    }

    /// Returns once all nodes are level.
    void awaitLevel() throws IOException {
        long end = System.nanoTime() + LEVEL_WITHIN.toNanos();
        while (level.get() < nodes.size()) {
            if (System.nanoTime() > end) {
                throw new IOException(
                        "%d of %d nodes are level after %d s"
                                .formatted(level.get(), nodes.size(), LEVEL_WITHIN.toSeconds()));
            }
            LockSupport.parkNanos(LOOK_EVERY_NANOS);
        }
    }

    /// When each node came to be level last, in the order in which they did.
    List<Long> levelNanos() {
        return nodes.stream().map(node -> node.levelNanos).sorted().toList();
    }

    @Override
    public void close() {
        closed = true;
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    /// Lives on the event loop.
    private final class Node {
        private final WebSocketConnectOptions to;
        private final NodeInfo info;
        private Position position = Position.NOWHERE;
        private @Nullable WebSocket socket;
        private boolean counted;
        private volatile long levelNanos;

        Node(String name, int port, String token) {
            to =
                    new WebSocketConnectOptions()
                            .setHost("127.0.0.1")
                            .setPort(port)
                            .setURI("/v1/sync/node")
                            .addHeader("authorization", "Bearer " + token);
            info = new NodeInfo(name, "stub", 0, 0, "http://127.0.0.1:9", "bench");
        }

        void connect() {
            var unconnected = client.webSocket().textMessageHandler(this::received);
            unconnected
                    .connect(to)
                    .onSuccess(
                            opened -> {
                                socket = opened;
                                opened.closeHandler(_ -> lost());
                                send(new NodeFrame.Hello(NodeFrame.PROTO, info, position));
                            })
                    .onFailure(_ -> later());
        }

        private void lost() {
            socket = null;
            if (counted) {
                counted = false;
                level.decrementAndGet();
            }
            later();
        }

        private void later() {
            if (!closed) {
                int ms = 1 + ThreadLocalRandom.current().nextInt(AGAIN_MS_MAX);
                vertx.setTimer(ms, _ -> connect());
            }
        }

        /// The last line is the frame; one before it is its signature.
        private void received(String text) {
            try {
                JsonNode frame = Json.LENIENT.readTree(text.substring(text.indexOf('\n') + 1));
                if (frame.has("position")) {
                    position = Json.LENIENT.treeToValue(frame.get("position"), Position.class);
                    send(new NodeFrame.Ack(position.revision()));
                }
                count();
            } catch (JsonProcessingException e) {
                throw new IllegalStateException(text, e);
            }
        }

        void countAnew() {
            counted = false;
            count();
        }

        private void count() {
            if (!counted && socket != null && position.revision() >= awaited) {
                counted = true;
                levelNanos = System.nanoTime();
                level.incrementAndGet();
            }
        }

        private void send(NodeFrame frame) {
            if (socket != null) {
                socket.writeTextMessage(Json.write(frame));
            }
        }
    }
}

package dev.cress.node.sync;

import static org.assertj.core.api.Assertions.assertThat;

import static java.util.concurrent.TimeUnit.SECONDS;

import dev.cress.contract.ControlFrame;
import dev.cress.contract.Json;
import dev.cress.contract.NodeInfo;
import dev.cress.node.config.NodeConfig.NodeLimits;
import dev.cress.node.serve.FunctionActivity;
import dev.cress.node.serve.GuestThreads;
import dev.cress.node.state.NodeState;
import dev.cress.node.state.NodeStore;
import dev.cress.wasm.WasmHost;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.ServerWebSocket;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/// How a node comes back to a control plane that doesn't let it in as it should.
@Timeout(30)
class HandshakeTest {
    private static final int FENCED = 4409;

    private final Vertx vertx = Vertx.vertx();
    private final WasmHost host = WasmHost.withHalfTheHeap();
    private final GuestThreads threads = new GuestThreads("test", 1, 1);
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final NodeStore store;
    private final NodeState state;
    private @Nullable ControlLink link;

    HandshakeTest(@TempDir Path data) {
        store = NodeStore.open(data);
        state =
                new NodeState(
                        "test",
                        "localhost",
                        store,
                        version -> {
                            throw new IOException("no module is here");
                        },
                        host,
                        NodeLimits.DEFAULT,
                        name -> new FunctionActivity(name, threads.lane(), registry));
    }

    @AfterEach
    void close() {
        if (link != null) {
            link.close();
        }
        await(vertx.close());
        state.close();
        threads.close();
        host.close();
        store.close();
    }

    private void connectTo(int port) {
        link =
                new ControlLink(
                        vertx,
                        URI.create("http://127.0.0.1:" + port),
                        "token",
                        new NodeInfo("test", "fra", 0, 0, "http://127.0.0.1:1", "test"),
                        state,
                        _ -> {});
        link.open();
    }

    @Test
    void givesUpAHandshakeThatNobodyAnswers() throws IOException {
        try (var silent = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            silent.setSoTimeout(10_000);
            connectTo(silent.getLocalPort());
            try (Socket first = silent.accept();
                    Socket second = silent.accept()) {
                assertThat(second.getPort()).isNotEqualTo(first.getPort());
            }
        }
    }

    @Test
    void comesBackMoreAndMoreSlowlyWhenEverySessionEndsAfterItsWelcome() throws Exception {
        BlockingQueue<Long> welcomedNanos = new LinkedBlockingQueue<>();
        HttpServer server =
                await(
                        vertx.createHttpServer()
                                .webSocketHandler(
                                        session -> {
                                            welcomedNanos.add(System.nanoTime());
                                            welcomeAndEnd(session);
                                        })
                                .listen(0, "127.0.0.1"));
        connectTo(server.actualPort());
        long first = next(welcomedNanos);
        long last = first;
        for (int i = 0; i < 5; i++) {
            last = next(welcomedNanos);
        }
        // waits of at least 50, 100, 200, 400 and 800 ms
        assertThat(Duration.ofNanos(last - first)).isGreaterThan(Duration.ofMillis(1_500));
    }

    private static void welcomeAndEnd(ServerWebSocket session) {
        session.writeTextMessage(Json.write(new ControlFrame.Welcome("key")))
                .onComplete(_ -> session.close((short) FENCED, "another node has this name"));
    }

    private static long next(BlockingQueue<Long> times) throws InterruptedException {
        Long time = times.poll(10, SECONDS);
        assertThat(time).as("another session").isNotNull();
        return time;
    }

    private static <T> T await(Future<T> future) {
        return future.toCompletionStage().toCompletableFuture().orTimeout(10, SECONDS).join();
    }
}

package dev.cress.router;

import static org.assertj.core.api.Assertions.assertThat;

import static java.util.concurrent.TimeUnit.SECONDS;

import dev.cress.contract.ControlFrame;
import dev.cress.contract.Json;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.ServerWebSocket;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/// A control plane that ends every session just after its welcome.
class ShortSessionsTest {
    private static final int FENCED = 4409;

    private final Vertx vertx = Vertx.vertx();
    private final BlockingQueue<Long> welcomedNs = new LinkedBlockingQueue<>();

    @AfterEach
    void close() {
        House.await(vertx.close());
    }

    @Test
    void areTriedMoreAndMoreSlowly(@TempDir Path data) throws InterruptedException {
        HttpServer server =
                House.await(
                        vertx.createHttpServer()
                                .webSocketHandler(this::welcomeAndEnd)
                                .listen(0, "127.0.0.1"));
        URI control = URI.create("http://127.0.0.1:" + server.actualPort());
        var config = RouterConfig.of(control, "token", data).withListen("127.0.0.1", 0);
        try (Router _ = Router.start(config)) {
            long first = next();
            long last = first;
            for (int i = 0; i < 5; i++) {
                last = next();
            }
            // waits of at least 50, 100, 200, 400 and 800 ms
            assertThat(Duration.ofNanos(last - first)).isGreaterThan(Duration.ofMillis(1_500));
        }
    }

    private void welcomeAndEnd(ServerWebSocket session) {
        welcomedNs.add(System.nanoTime());
        session.writeTextMessage(Json.write(new ControlFrame.Welcome("key")))
                .onComplete(_ -> session.close((short) FENCED, "another router came"));
    }

    private long next() throws InterruptedException {
        Long time = welcomedNs.poll(10, SECONDS);
        assertThat(time).as("another session").isNotNull();
        return time;
    }
}

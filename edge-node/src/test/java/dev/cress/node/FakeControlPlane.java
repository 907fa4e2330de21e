package dev.cress.node;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import dev.cress.contract.ControlFrame;
import dev.cress.contract.Sha256;
import dev.cress.contract.Version;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.ServerWebSocketHandshake;

import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/// A control plane under a test's hand, on loopback: it lets nodes in, says what the test says, and
/// has the modules that it is given. Whatever it waits for, it waits for at most [#PATIENCE].
final class FakeControlPlane implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofSeconds(10);
    static final String ROUTER_KEY = "the-fleets-router-key";
    private static final String MODULES = "/v1/modules/";

    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
    private final BlockingQueue<FakeSession> sessions = new LinkedBlockingQueue<>();
    private final BlockingQueue<Long> attempts = new LinkedBlockingQueue<>();
    private final BlockingQueue<Sha256> asked = new LinkedBlockingQueue<>();
    private final Map<Sha256, Consumer<HttpServerResponse>> modules = new ConcurrentHashMap<>();
    private volatile Consumer<HttpServerRequest> images =
            request -> request.response().setStatusCode(404).end();
    private volatile Consumer<ServerWebSocketHandshake> door = FakeControlPlane::letIn;
    private HttpServer server;
    private final int port;

    FakeControlPlane() {
        server = listen(0);
        port = server.actualPort();
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + port);
    }

    private HttpServer listen(int at) {
        return await(
                vertx.createHttpServer(new HttpServerOptions().setHttp2ClearTextEnabled(false))
                        .webSocketHandshakeHandler(this::meet)
                        .webSocketHandler(socket -> sessions.add(new FakeSession(socket)))
                        .requestHandler(this::module)
                        .listen(at, "127.0.0.1"));
    }

    private void meet(ServerWebSocketHandshake handshake) {
        attempts.add(System.nanoTime());
        boolean known =
                handshake.path().equals("/v1/sync/node")
                        && ("Bearer " + RunningNode.TOKEN)
                                .equals(handshake.headers().get("authorization"));
        if (known) {
            door.accept(handshake);
        } else {
            handshake.reject(401);
        }
    }

    private static void letIn(ServerWebSocketHandshake handshake) {
        handshake.accept();
    }

    void letIn() {
        door = FakeControlPlane::letIn;
    }

    void refuse(int status) {
        door = handshake -> handshake.reject(status);
    }

    /// From now on handshakes begin and never end.
    void holdHandshakes() {
        door = _ -> {};
    }

    /// The next session that a node opened, its hello read.
    FakeSession session() {
        FakeSession session = poll(sessions, "session");
        session.readHello();
        return session;
    }

    /// The next session, welcomed.
    FakeSession welcomed() {
        FakeSession session = session();
        session.send(new ControlFrame.Welcome(ROUTER_KEY));
        return session;
    }

    /// When a node next asked to be let in, by [System#nanoTime()].
    long attempt() {
        return poll(attempts, "attempt to connect");
    }

    void attemptWithin(int seconds) {
        poll(attempts, "attempt to connect", Duration.ofSeconds(seconds));
    }

    /// The module that a node asked for next.
    Sha256 asked() {
        return poll(asked, "request for a module");
    }

    void has(byte[] module) {
        answers(Sha256.of(module), response -> response.end(Buffer.buffer(module)));
    }

    /// Hands out these bytes under the name of this version's module.
    void lies(Version version, byte[] bytes) {
        answers(version.module(), response -> response.end(Buffer.buffer(bytes)));
    }

    /// Takes requests for this version's module and answers none.
    void hangs(Version version) {
        answers(version.module(), _ -> {});
    }

    void answers(Sha256 module, Consumer<HttpServerResponse> answer) {
        modules.put(module, answer);
    }

    /// From now on answers so who asks for images; one of the build before has none.
    void images(Consumer<HttpServerRequest> answer) {
        images = answer;
    }

    /// The same who asks for this module's; of others there are none.
    void images(Sha256 module, Consumer<HttpServerRequest> answer) {
        images =
                request -> {
                    if (request.path().contains(module.hex())) {
                        answer.accept(request);
                    } else {
                        request.response().setStatusCode(404).end();
                    }
                };
    }

    private void module(HttpServerRequest request) {
        if (request.path().contains("/image")) {
            images.accept(request);
            return;
        }
        if (!request.path().startsWith(MODULES)) {
            request.response().setStatusCode(404).end();
            return;
        }
        var wanted = new Sha256(request.path().substring(MODULES.length()));
        asked.add(wanted);
        modules.getOrDefault(wanted, response -> response.setStatusCode(404).end())
                .accept(request.response());
    }

    /// Ends every session and refuses connections, until it is started again.
    void stop() {
        await(server.close());
        sessions.clear();
    }

    /// Listens again where it did before.
    void startAgain() {
        server = listen(port);
    }

    static <T> T poll(BlockingQueue<T> queue, String what) {
        return poll(queue, what, PATIENCE);
    }

    private static <T> T poll(BlockingQueue<T> queue, String what, Duration patience) {
        try {
            T next = queue.poll(patience.toMillis(), MILLISECONDS);
            if (next == null) {
                throw new AssertionError("no %s within %d s".formatted(what, patience.toSeconds()));
            }
            return next;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    private static <T> T await(Future<T> future) {
        try {
            return future.toCompletionStage()
                    .toCompletableFuture()
                    .get(PATIENCE.toMillis(), MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        } catch (ExecutionException | TimeoutException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        await(vertx.close());
    }
}

package dev.cress.relay;

import static org.awaitility.Awaitility.await;

import dev.cress.contract.Envelope;
import dev.cress.contract.Json;
import dev.cress.contract.RelayFrame;
import dev.cress.contract.RelayLine;
import dev.cress.contract.RelayOrder;
import dev.cress.contract.Sha256;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.ServerWebSocket;

import java.net.URI;
import java.time.Duration;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// A control plane by hand: takes relays, keeps every line, sends what it is told to, and gives
/// files out as badly as it is told to.
final class FakeControl implements AutoCloseable {
    static final Duration SOON = Duration.ofSeconds(30);

    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
    private final HttpServer server;
    final List<RelayLine> lines = new CopyOnWriteArrayList<>();
    final List<ServerWebSocket> relays = new CopyOnWriteArrayList<>();
    final Map<String, byte[]> files = new ConcurrentHashMap<>();

    /// Each request for a file, and its range.
    final List<String> asked = new CopyOnWriteArrayList<>();

    /// Bytes of an answer after which its connection breaks, 0 for never; for one answer.
    volatile int cutAfter;

    /// Holds answers back until it is false.
    volatile boolean holds;

    FakeControl() {
        this(0);
    }

    FakeControl(int port) {
        server = vertx.createHttpServer().requestHandler(this::handle);
        result(server.listen(port, "127.0.0.1"));
    }

    static <T> T result(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            throw new AssertionError(e);
        }
    }

    int port() {
        return server.actualPort();
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + port());
    }

    /// Gives these bytes out under their digest.
    Sha256 file(byte[] bytes) {
        var sha256 = Sha256.of(bytes);
        files.put("/v1/modules/" + sha256.hex(), bytes);
        return sha256;
    }

    private void handle(HttpServerRequest request) {
        if (!"Bearer relays".equals(request.getHeader("authorization"))) {
            request.response().setStatusCode(401).end();
        } else if ("/v1/sync/relay".equals(request.path())) {
            request.toWebSocket().onSuccess(this::opened);
        } else {
            file(request);
        }
    }

    private void opened(ServerWebSocket relay) {
        relay.textMessageHandler(
                text -> {
                    lines.addAll(RelayLine.parse(text));
                    if (relays.isEmpty() || relays.getLast() != relay) {
                        relays.add(relay);
                        order(new RelayOrder.Welcome());
                    }
                });
    }

    private void file(HttpServerRequest request) {
        String range = request.getHeader("range");
        asked.add(request.uri() + (range == null ? "" : " " + range));
        if (holds) {
            vertx.setTimer(5, _ -> answer(request, range));
        } else {
            answer(request, range);
        }
    }

    private void answer(HttpServerRequest request, String range) {
        if (holds) {
            vertx.setTimer(5, _ -> answer(request, range));
            return;
        }
        byte[] whole = files.get(request.uri());
        byte[] bytes = whole == null ? files.get(request.path()) : whole;
        var response = request.response();
        if (bytes == null || (whole == null && request.query() != null)) {
            response.setStatusCode(bytes == null ? 404 : 200)
                    .putHeader("x-signature", "of " + request.query())
                    .end("not a file of its own");
            return;
        }
        int from = range == null ? 0 : Integer.parseInt(range.replaceAll("\\D", ""));
        Buffer part = Buffer.buffer(bytes).slice(from, bytes.length);
        response.setStatusCode(range == null ? 200 : 206)
                .putHeader("content-length", Integer.toString(part.length()));
        if (range != null) {
            response.putHeader(
                    "content-range",
                    "bytes %d-%d/%d".formatted(from, bytes.length - 1, bytes.length));
        }
        int cut = cutAfter;
        if (cut > 0 && cut < part.length()) {
            cutAfter = 0;
            response.write(part.slice(0, cut)).onComplete(_ -> request.connection().close());
        } else {
            response.end(part);
        }
    }

    void order(RelayOrder order) {
        relays.getLast().writeTextMessage(Envelope.of(order).text());
    }

    void send(BitSet to, String message) {
        relays.getLast().writeTextMessage(new Envelope(to, message).text());
    }

    /// Lets the node of this session in, as a control plane does with its first frame.
    void welcome(int session) {
        var to = new BitSet();
        to.set(session);
        send(to, "{\"type\":\"welcome\",\"router_key\":\"k\"}");
    }

    /// Frames of the relay itself.
    <T extends RelayFrame> List<T> said(Class<T> type) {
        return lines.stream()
                .filter(line -> line.session() == 0)
                .map(line -> Json.read(line.frame(), RelayFrame.class))
                .filter(type::isInstance)
                .map(type::cast)
                .toList();
    }

    /// The session that this many nodes' coming gave the last of them, waited for.
    int opened(int count) {
        await().atMost(SOON).until(() -> said(RelayFrame.Opened.class).size() >= count);
        return said(RelayFrame.Opened.class).get(count - 1).session();
    }

    @Override
    public void close() {
        result(vertx.close());
    }
}

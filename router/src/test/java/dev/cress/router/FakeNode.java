package dev.cress.router;

import dev.cress.contract.CressHeader;
import dev.cress.contract.NodeInfo;

import io.vertx.core.Handler;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/// A node that says who it is and sends a request's body back. What it does otherwise, a test sets.
final class FakeNode implements AutoCloseable {
    /// A client's 64 KiB, and what the router adds.
    private static final int HEADER_BYTES_MAX = 80 << 10;

    private final NodeInfo info;
    private final HttpServer server;
    final List<Seen> seen = new CopyOnWriteArrayList<>();
    final List<String> checkedWithKey = new CopyOnWriteArrayList<>();
    final AtomicInteger opened = new AtomicInteger();
    volatile int health = 200;
    volatile Handler<HttpServerRequest> behaviour = this::echo;

    record Seen(HttpMethod method, String uri, MultiMap headers) {
        String header(CressHeader header) {
            return header(header.text());
        }

        String header(String name) {
            return String.join("|", headers.getAll(name));
        }
    }

    FakeNode(Vertx vertx, String name, double latitude, double longitude) {
        server =
                vertx.createHttpServer(new HttpServerOptions().setMaxHeaderSize(HEADER_BYTES_MAX))
                        .connectionHandler(_ -> opened.incrementAndGet())
                        .requestHandler(this::handle);
        House.await(server.listen(0, "127.0.0.1"));
        info =
                new NodeInfo(
                        name,
                        name,
                        latitude,
                        longitude,
                        "http://127.0.0.1:" + server.actualPort(),
                        "test");
    }

    NodeInfo info() {
        return info;
    }

    private void handle(HttpServerRequest request) {
        if (FleetWatch.HEALTH_PATH.equals(request.path())) {
            checkedWithKey.add(String.valueOf(request.getHeader(CressHeader.ROUTER_KEY.text())));
            request.response().setStatusCode(health).end();
            return;
        }
        seen.add(
                new Seen(
                        request.method(),
                        request.uri(),
                        MultiMap.caseInsensitiveMultiMap().addAll(request.headers())));
        behaviour.handle(request);
    }

    void echo(HttpServerRequest request) {
        request.body()
                .onSuccess(
                        body ->
                                request.response()
                                        .putHeader(CressHeader.NODE.text(), info.name())
                                        .end(body));
    }

    /// Answers as a node does that runs no guest code for this one.
    static void refuse(HttpServerRequest request, String code) {
        request.response()
                .setStatusCode(503)
                .putHeader(CressHeader.ERROR.text(), code)
                .putHeader("retry-after", "1")
                .end("{}");
    }

    /// Drops the connection, as a crash does.
    static void crash(HttpServerRequest request) {
        request.connection().close();
    }

    @Override
    public void close() {
        House.await(server.close());
    }
}

package dev.cress.relay;

import dev.cress.contract.Json;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;

/// `GET /health` and `GET /metrics` for whoever runs the relay, on loopback.
final class AdminServer {
    private static final int OK = 200;
    private static final int NOT_FOUND = 404;
    private static final int SERVICE_UNAVAILABLE = 503;

    private final HttpServer server;
    private final ControlSession control;
    private final NodeConnections nodes;
    private final RelayMetrics metrics;

    /// What `/health` says; 503 unless `status` is `ok`.
    ///
    /// @param status `ok` or `no-control-plane`
    record Report(String status, int nodes) {}

    AdminServer(Vertx vertx, ControlSession control, NodeConnections nodes, RelayMetrics metrics) {
        this.control = control;
        this.nodes = nodes;
        this.metrics = metrics;
        server = vertx.createHttpServer().requestHandler(this::handle);
    }

    Future<HttpServer> listen(String bind, int port) {
        return server.listen(port, bind);
    }

    int port() {
        return server.actualPort();
    }

    private void handle(HttpServerRequest request) {
        switch (request.path()) {
            case "/health" -> {
                boolean connected = control.isConnected();
                request.response()
                        .setStatusCode(connected ? OK : SERVICE_UNAVAILABLE)
                        .putHeader("content-type", "application/json")
                        .end(
                                Json.write(
                                        new Report(
                                                connected ? "ok" : "no-control-plane",
                                                nodes.count())));
            }
            case "/metrics" ->
                    request.response()
                            .putHeader("content-type", "text/plain; version=0.0.4; charset=utf-8")
                            .end(metrics.scrape());
            case null, default -> request.response().setStatusCode(NOT_FOUND).end();
        }
    }
}

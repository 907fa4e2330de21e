package dev.cress.router;

import dev.cress.contract.Json;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;

import java.util.function.BooleanSupplier;

/// `GET /health` and `GET /metrics` for whoever runs the router. They tell of the fleet, so they
/// have a listener of their own, on loopback unless told otherwise.
final class AdminServer {
    private static final int OK = 200;
    private static final int NOT_FOUND = 404;
    private static final int SERVICE_UNAVAILABLE = 503;

    private final HttpServer server;
    private final FleetWatch fleet;
    private final RouterMetrics metrics;
    private final BooleanSupplier controlConnected;
    private volatile boolean draining;

    /// What `/health` says; 503 unless `status` is `ok`.
    ///
    /// @param status `ok`, `no-nodes` or `draining`
    record Report(String status, boolean controlConnected, int nodes, long ready) {}

    AdminServer(
            Vertx vertx,
            FleetWatch fleet,
            RouterMetrics metrics,
            BooleanSupplier controlConnected) {
        this.fleet = fleet;
        this.metrics = metrics;
        this.controlConnected = controlConnected;
        server = vertx.createHttpServer().requestHandler(this::handle);
    }

    Future<HttpServer> listen(String bind, int port) {
        return server.listen(port, bind);
    }

    int port() {
        return server.actualPort();
    }

    /// From now on `/health` tells load balancers to go elsewhere.
    void drain() {
        draining = true;
    }

    private void handle(HttpServerRequest request) {
        switch (request.path()) {
            case "/health" -> health(request);
            case "/metrics" ->
                    request.response()
                            .putHeader("content-type", "text/plain; version=0.0.4; charset=utf-8")
                            .end(metrics.scrape());
            case null, default -> request.response().setStatusCode(NOT_FOUND).end();
        }
    }

    private void health(HttpServerRequest request) {
        FleetView view = fleet.view();
        String status = draining ? "draining" : view.nodes().isEmpty() ? "no-nodes" : "ok";
        var report =
                new Report(
                        status,
                        controlConnected.getAsBoolean(),
                        view.nodes().size(),
                        view.count(Tier.READY));
        request.response()
                .setStatusCode(status.equals("ok") ? OK : SERVICE_UNAVAILABLE)
                .putHeader("content-type", "application/json")
                .end(Json.write(report));
    }
}

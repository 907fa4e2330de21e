package dev.cress.router;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/// One event loop's share of the port that clients reach. All listeners of a router count their
/// connections together.
final class Listener {
    /// Connections beyond the limit that still hear why; further ones are closed unanswered.
    private static final int EXCESS_MAX = 1_000;

    private final HttpServer server;
    private final RouterConfig.Clients limits;
    private final AtomicInteger connections;
    private final Proxy proxy;

    Listener(Vertx vertx, RouterConfig.Clients limits, AtomicInteger connections, Proxy proxy) {
        this.limits = limits;
        this.connections = connections;
        this.proxy = proxy;
        var options =
                new HttpServerOptions()
                        .setMaxInitialLineLength(limits.requestLineBytesMax())
                        .setMaxHeaderSize(limits.headerBytesMax())
                        .setIdleTimeout((int) limits.idleTimeout().toMillis())
                        .setIdleTimeoutUnit(TimeUnit.MILLISECONDS)
                        .setHandle100ContinueAutomatically(true)
                        // Nodes speak HTTP/1.1, and browsers speak HTTP/2 over TLS only.
                        .setHttp2ClearTextEnabled(false);
        server =
                vertx.createHttpServer(options)
                        .connectionHandler(this::opened)
                        .invalidRequestHandler(request -> proxy.invalid(request, limits))
                        .requestHandler(this::handle);
    }

    Future<HttpServer> listen(String bind, int port) {
        return server.listen(port, bind);
    }

    int port() {
        return server.actualPort();
    }

    /// Accepts nothing new and lets what is in flight end.
    Future<Void> drain() {
        return server.shutdown(limits.drainTimeout().toMillis(), TimeUnit.MILLISECONDS);
    }

    private void opened(HttpConnection connection) {
        int open = connections.incrementAndGet();
        connection.closeHandler(_ -> connections.decrementAndGet());
        if (open > limits.connectionsMax() + EXCESS_MAX) {
            connection.close();
        }
    }

    private void handle(HttpServerRequest request) {
        if (connections.get() > limits.connectionsMax()) {
            proxy.overloaded(request, limits.connectionsMax());
        } else {
            proxy.handle(request);
        }
    }
}

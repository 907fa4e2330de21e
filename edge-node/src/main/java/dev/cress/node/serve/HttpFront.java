package dev.cress.node.serve;

import dev.cress.contract.ErrorCode;
import dev.cress.node.config.NodeConfig;
import dev.cress.node.config.NodeException;

import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;

import java.net.BindException;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/// The node's listeners: one for requests on every event loop, one on loopback for those who watch
/// the node.
public final class HttpFront {
    /// Event loops that take requests. Two read and write faster than guests can run.
    public static final int LOOPS = 2;

    private final int port;
    private final int adminPort;

    private HttpFront(int port, int adminPort) {
        this.port = port;
        this.adminPort = adminPort;
    }

    /// @param metrics the node's metrics in Prometheus's text format
    public static HttpFront listen(
            Vertx vertx, NodeConfig config, RequestHandler requests, Supplier<String> metrics) {
        int adminPort =
                await(
                        vertx.createHttpServer()
                                .requestHandler(http -> admin(http, requests, metrics))
                                .listen(config.adminPort(), "127.0.0.1")
                                .map(HttpServer::actualPort),
                        "--admin-port",
                        config.adminPort(),
                        "127.0.0.1");
        var port = new AtomicInteger();
        var connections = new AtomicInteger();
        await(
                vertx.deployVerticle(
                        () -> new Loop(config, requests, port, connections),
                        new DeploymentOptions().setInstances(LOOPS)),
                "--port",
                config.port(),
                config.bind());
        return new HttpFront(port.get(), adminPort);
    }

    public int port() {
        return port;
    }

    public int adminPort() {
        return adminPort;
    }

    private static <T> T await(Future<T> listening, String option, int port, String bind) {
        try {
            return listening.toCompletionStage().toCompletableFuture().get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new NodeException("interrupted while starting", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof BindException) {
                throw new NodeException(
                        "port %d is taken on %s: choose another with %s"
                                .formatted(port, bind, option),
                        e);
            }
            throw new NodeException(
                    "can't listen on %s:%d: %s".formatted(bind, port, e.getCause()), e);
        }
    }

    private static void admin(
            HttpServerRequest http, RequestHandler requests, Supplier<String> metrics) {
        switch (http.path()) {
            case "/metrics" ->
                    http.response()
                            .putHeader("content-type", "text/plain; version=0.0.4; charset=utf-8")
                            .end(metrics.get());
            case "/health" -> {
                boolean serving = requests.availability() == RequestHandler.Availability.SERVING;
                http.response()
                        .setStatusCode(serving ? 200 : 503)
                        .end(requests.availability().name().toLowerCase(Locale.ROOT));
            }
            case null, default ->
                    http.response().setStatusCode(404).end("see /metrics and /health\n");
        }
    }

    /// The server on one event loop.
    private static final class Loop extends VerticleBase {
        private final NodeConfig config;
        private final RequestHandler requests;
        private final AtomicInteger port;
        private final AtomicInteger connections;

        Loop(
                NodeConfig config,
                RequestHandler requests,
                AtomicInteger port,
                AtomicInteger connections) {
            this.config = config;
            this.requests = requests;
            this.port = port;
            this.connections = connections;
        }

        @Override
        public Future<?> start() {
            var limits = config.limits();
            var options =
                    new HttpServerOptions()
                            .setMaxInitialLineLength(limits.requestLineBytes())
                            .setMaxHeaderSize(limits.requestHeaderBytes())
                            .setIdleTimeout((int) limits.idle().toSeconds())
                            .setHandle100ContinueAutomatically(true)
                            .setTcpNoDelay(true);
            return vertx.createHttpServer(options)
                    .connectionHandler(this::admit)
                    .requestHandler(requests::handle)
                    .invalidRequestHandler(http -> refuse(http, config))
                    // a negative port is any free one, the same on all loops
                    .listen(config.port() == 0 ? -1 : config.port(), config.bind())
                    .onSuccess(server -> port.set(server.actualPort()));
        }

        private void admit(HttpConnection connection) {
            if (connections.incrementAndGet() > config.limits().connections()) {
                connection.close();
            }
            connection.closeHandler(_ -> connections.decrementAndGet());
        }
    }

    /// A request that HTTP itself can't read.
    private static void refuse(HttpServerRequest http, NodeConfig config) {
        var limits = config.limits();
        ErrorAnswer answer =
                switch (http.decoderResult().cause()) {
                    case TooLongHttpLineException _ ->
                            ErrorAnswer.of(
                                    ErrorCode.LINE_TOO_LARGE,
                                    "request line is larger than %d bytes"
                                            .formatted(limits.requestLineBytes()));
                    case TooLongHttpHeaderException _ ->
                            ErrorAnswer.of(
                                    ErrorCode.HEADERS_TOO_LARGE,
                                    "request headers are larger than %d bytes"
                                            .formatted(limits.requestHeaderBytes()));
                    case null, default ->
                            ErrorAnswer.of(ErrorCode.BAD_REQUEST, "the request can't be read");
                };
        http.response().endHandler(_ -> http.connection().close());
        answer.send(http.response(), UUID.randomUUID().toString(), config.name());
    }
}

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

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.net.BindException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/// The node's listeners: one for requests on every event loop, one on loopback for those who watch
/// the node.
public final class HttpFront {
    /// Event loops that take requests. Two read and write faster than guests can run.
    public static final int LOOPS = 2;

    /// Bytes of a request's body that are handed on at once, as many as the socket is asked for at
    /// most. With Vert.x's own 8 KiB each of them is a call of the guest's and a write to the
    /// client: a body goes through an echo at 0.7 times the speed, for twice the CPU time.
    public static final int PIECE_BYTES = 64 * 1024;

    private static final Logger LOG = LoggerFactory.getLogger(HttpFront.class);
    private static final String LOOPBACK = "127.0.0.1";
    private static final Duration LISTEN_MAX = Duration.ofSeconds(10);

    private final int port;
    private final int adminPort;

    private HttpFront(int port, int adminPort) {
        this.port = port;
        this.adminPort = adminPort;
    }

    /// @param portBefore where the node served when it last ran, 0 if it never did. It serves there
    ///     again unless it is told another port: routers that can't ask the control plane know no
    ///     other.
    /// @param metrics the node's metrics in Prometheus's text format
    public static HttpFront listen(
            Vertx vertx,
            NodeConfig config,
            int portBefore,
            RequestHandler requests,
            Supplier<String> metrics) {
        int adminPort =
                listening(
                        vertx.createHttpServer()
                                .requestHandler(http -> admin(http, requests, metrics))
                                .listen(config.adminPort(), LOOPBACK)
                                .map(HttpServer::actualPort),
                        "--admin-port",
                        LOOPBACK,
                        config.adminPort());
        if (config.port() == 0 && portBefore != 0) {
            try {
                return new HttpFront(serve(vertx, config, portBefore, requests), adminPort);
            } catch (NodeException taken) {
                LOG.warn("not where the node was before: {}", taken.getMessage());
            }
        }
        return new HttpFront(serve(vertx, config, config.port(), requests), adminPort);
    }

    private static int serve(Vertx vertx, NodeConfig config, int wanted, RequestHandler requests) {
        var port = new AtomicInteger();
        var connections = new AtomicInteger();
        listening(
                vertx.deployVerticle(
                        () -> new Loop(config, wanted, requests, port, connections),
                        new DeploymentOptions().setInstances(LOOPS)),
                "--port",
                config.bind(),
                wanted);
        return port.get();
    }

    public int port() {
        return port;
    }

    public int adminPort() {
        return adminPort;
    }

    private static <T> T listening(Future<T> start, String option, String bind, int port) {
        String address = "%s:%d".formatted(bind, port);
        try {
            return start.toCompletionStage()
                    .toCompletableFuture()
                    .get(LISTEN_MAX.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new NodeException("interrupted while starting", e);
        } catch (TimeoutException e) {
            throw new NodeException(
                    "can't listen on %s within %d s".formatted(address, LISTEN_MAX.toSeconds()), e);
        } catch (ExecutionException e) {
            throw switch (e.getCause()) {
                case BindException taken
                        when String.valueOf(taken.getMessage()).contains("in use") ->
                        new NodeException(
                                "port %d is taken on %s: choose another with %s"
                                        .formatted(port, bind, option),
                                taken);
                case UnknownHostException unknown ->
                        new NodeException(
                                "'%s' is no address of this machine: choose another with --bind"
                                        .formatted(bind),
                                unknown);
                case null -> new NodeException("can't listen on " + address, e);
                case Throwable other ->
                        new NodeException(
                                "can't listen on %s: %s".formatted(address, other.getMessage()),
                                other);
            };
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
        private final int wanted;
        private final RequestHandler requests;
        private final AtomicInteger port;
        private final AtomicInteger connections;

        Loop(
                NodeConfig config,
                int wanted,
                RequestHandler requests,
                AtomicInteger port,
                AtomicInteger connections) {
            this.config = config;
            this.wanted = wanted;
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
                            .setMaxChunkSize(PIECE_BYTES)
                            .setIdleTimeout((int) limits.idle().toMillis())
                            .setIdleTimeoutUnit(TimeUnit.MILLISECONDS)
                            .setHandle100ContinueAutomatically(true)
                            .setTcpNoDelay(true);
            return vertx.createHttpServer(options)
                    .connectionHandler(this::admit)
                    .requestHandler(requests::handle)
                    .invalidRequestHandler(http -> refuse(http, config))
                    // a negative port is any free one, the same on all loops
                    .listen(wanted == 0 ? -1 : wanted, config.bind())
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

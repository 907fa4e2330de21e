package dev.cress.bench;

import dev.cress.node.serve.HttpFront;

import io.vertx.core.Context;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;

import java.util.concurrent.Executor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/// What a node is compared with: Vert.x with as many event loops and as large pieces of bodies,
/// which answers every request with the same text, on the event loop (`direct`) or after a platform
/// thread had it (`hop`), as a guest's thread has it in a node; or with its own body as it comes
/// (`echo`). Arguments: the port, and which of these.
final class BareServer {
    private static final String TEXT = "Hello from nowhere!\nYou are anywhere.\n".repeat(3);
    private static final int THREADS_MAX = 384;
    private static final int KEEP_ALIVE_SECONDS = 30;

    private BareServer() {}

    public static void main(String[] args) throws Exception {
        int port = Integer.parseInt(args[0]);
        Handler<HttpServerRequest> handler =
                switch (args[1]) {
                    case "direct" -> BareServer::answer;
                    case "hop" -> hop(threads());
                    case "echo" -> BareServer::echo;
                    default -> throw new IllegalArgumentException(args[1]);
                };
        Vertx.vertx(new VertxOptions().setEventLoopPoolSize(HttpFront.LOOPS))
                .deployVerticle(
                        () -> new Loop(port, handler),
                        new DeploymentOptions().setInstances(HttpFront.LOOPS))
                .toCompletionStage()
                .toCompletableFuture()
                .get();
    }

    /// The server on one event loop.
    private static final class Loop extends VerticleBase {
        private final int port;
        private final Handler<HttpServerRequest> handler;

        Loop(int port, Handler<HttpServerRequest> handler) {
            this.port = port;
            this.handler = handler;
        }

        @Override
        public Future<?> start() {
            var options =
                    new HttpServerOptions()
                            .setTcpNoDelay(true)
                            .setMaxChunkSize(HttpFront.PIECE_BYTES);
            return vertx.createHttpServer(options)
                    .requestHandler(handler)
                    .listen(port, "127.0.0.1");
        }
    }

    private static Executor threads() {
        return new ThreadPoolExecutor(
                0,
                THREADS_MAX,
                KEEP_ALIVE_SECONDS,
                TimeUnit.SECONDS,
                new SynchronousQueue<>(),
                Thread.ofPlatform().daemon().factory());
    }

    private static Handler<HttpServerRequest> hop(Executor threads) {
        return http -> {
            Context loop = Vertx.currentContext();
            threads.execute(() -> loop.runOnContext(_ -> answer(http)));
        };
    }

    private static void answer(HttpServerRequest http) {
        http.response().putHeader("content-type", "text/plain; charset=utf-8").end(TEXT);
    }

    private static void echo(HttpServerRequest http) {
        if (http.headers().contains(HttpHeaders.CONTENT_LENGTH)) {
            http.response().setChunked(true);
            var _ = http.pipeTo(http.response());
        } else {
            answer(http);
        }
    }
}

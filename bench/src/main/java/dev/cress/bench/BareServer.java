package dev.cress.bench;

import dev.cress.node.serve.HttpFront;

import io.vertx.core.Context;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/// What a node is compared with: Vert.x with as many event loops, which answers every request with
/// the same text, on the event loop (`direct`) or after a platform thread had it (`hop`), as a
/// guest's thread has it in a node. Arguments: the port, and which of the two.
final class BareServer {
    private static final String TEXT = "Hello from nowhere!\nYou are anywhere.\n".repeat(3);
    private static final int THREADS_MAX = 384;
    private static final int KEEP_ALIVE_SECONDS = 30;

    private BareServer() {}

    public static void main(String[] args) throws Exception {
        int port = Integer.parseInt(args[0]);
        boolean hops = args[1].equals("hop");
        var vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(HttpFront.LOOPS));
        var threads =
                new ThreadPoolExecutor(
                        0,
                        THREADS_MAX,
                        KEEP_ALIVE_SECONDS,
                        TimeUnit.SECONDS,
                        new SynchronousQueue<>(),
                        Thread.ofPlatform().daemon().factory());
        vertx.deployVerticle(
                        () -> new Loop(port, hops, threads),
                        new DeploymentOptions().setInstances(HttpFront.LOOPS))
                .toCompletionStage()
                .toCompletableFuture()
                .get();
    }

    /// The server on one event loop.
    private static final class Loop extends VerticleBase {
        private final int port;
        private final boolean hops;
        private final ExecutorService threads;

        Loop(int port, boolean hops, ExecutorService threads) {
            this.port = port;
            this.hops = hops;
            this.threads = threads;
        }

        @Override
        public Future<?> start() {
            return vertx.createHttpServer(new HttpServerOptions().setTcpNoDelay(true))
                    .requestHandler(hops ? this::hop : BareServer::answer)
                    .listen(port, "127.0.0.1");
        }

        private void hop(HttpServerRequest http) {
            Context loop = vertx.getOrCreateContext();
            threads.execute(() -> loop.runOnContext(_ -> answer(http)));
        }
    }

    private static void answer(HttpServerRequest http) {
        http.response().putHeader("content-type", "text/plain; charset=utf-8").end(TEXT);
    }
}

package dev.cress.router;

import dev.cress.contract.ControlFrame.Directory;

import io.vertx.core.Context;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;

import java.net.BindException;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/// A running router. It serves from the moment that [#start] returns: with the nodes of its last
/// directory at once, with those of the control plane as soon as that answers.
///
/// Thread-safe. [#start] and [#close] block, so don't call them on an event loop.
public final class Router implements AutoCloseable {
    private final RouterConfig config;
    private final Vertx vertx;
    private final DirectoryFile file;
    private final FleetWatch fleet;
    private final ControlSession control;
    private final RouterMetrics metrics;
    private final AdminServer admin;
    private final List<Worker> workers = new CopyOnWriteArrayList<>();

    /// Starts a router. A [RouterException] says what is in the way.
    public static Router start(RouterConfig config) {
        LocationTable table =
                new CachedLocations(
                        config.locationTable().map(MmdbTable::open).orElseGet(MmdbTable::bundled));
        var file = new DirectoryFile(config.dataDir());
        var router = new Router(config, file);
        try {
            router.open(table);
            return router;
        } catch (RuntimeException e) {
            router.stop();
            throw e;
        }
    }

    private Router(RouterConfig config, DirectoryFile file) {
        this.config = config;
        this.file = file;
        vertx =
                Vertx.vertx(
                        new VertxOptions()
                                .setEventLoopPoolSize(config.eventLoops())
                                .setFileSystemOptions(
                                        new FileSystemOptions()
                                                .setFileCachingEnabled(false)
                                                .setClassPathResolvingEnabled(false)));
        Context loop = vertx.getOrCreateContext();
        fleet = new FleetWatch(vertx, loop, config.health());
        control = new ControlSession(vertx, config.control(), config.joinToken(), this::directory);
        metrics = new RouterMetrics(fleet::view, control::connected);
        admin = new AdminServer(vertx, fleet, metrics, control::connected);
        Promise<Void> known = Promise.promise();
        loop.runOnContext(
                _ -> {
                    file.load().ifPresent(last -> fleet.update(last.routerKey(), last.directory()));
                    control.connect();
                    known.complete();
                });
        await(known.future());
    }

    private void open(LocationTable table) {
        var connections = new AtomicInteger();
        // A negative port is Vert.x's word for any free one that the instances share.
        int port = config.port() == 0 ? -1 : config.port();
        listening(
                vertx.deployVerticle(
                        () -> {
                            var worker =
                                    new Worker(config, fleet, metrics, table, connections, port);
                            workers.add(worker);
                            return worker;
                        },
                        new DeploymentOptions().setInstances(config.eventLoops())),
                "--port",
                config.bind(),
                config.port());
        listening(
                admin.listen(config.adminBind(), config.adminPort()),
                "--admin-port",
                config.adminBind(),
                config.adminPort());
    }

    /// Where clients reach the router.
    public int port() {
        return workers.getFirst().listener().port();
    }

    /// Where `/health` and `/metrics` are.
    public int adminPort() {
        return admin.port();
    }

    /// The nodes that a client's request is offered to first: those that nothing speaks against.
    public long nodesReady() {
        return fleet.view().count(Tier.READY);
    }

    /// Accepts nothing new, lets requests in flight end for `drainTimeout`, and stops.
    @Override
    public void close() {
        admin.drain();
        await(Future.join(workers.stream().map(w -> w.listener().drain()).toList()));
        stop();
    }

    private void stop() {
        control.close();
        fleet.close();
        await(vertx.close());
        file.close();
    }

    private void directory(String routerKey, Directory directory) {
        fleet.update(routerKey, directory);
        var state = new DirectoryFile.Remembered(routerKey, directory);
        vertx.executeBlocking(
                () -> {
                    file.save(state);
                    return state;
                });
    }

    private static void listening(Future<?> start, String option, String bind, int port) {
        try {
            await(start);
        } catch (CompletionException e) {
            Throwable cause = e.getCause();
            String address = "%s:%d".formatted(bind, port);
            throw switch (cause) {
                case BindException taken
                        when String.valueOf(taken.getMessage()).contains("in use") ->
                        new RouterException(
                                "port %d is taken on %s: choose another with %s"
                                        .formatted(port, bind, option),
                                taken);
                case UnknownHostException unknown ->
                        new RouterException(
                                "'%s' is no address of this machine: choose another with --bind"
                                        .formatted(bind),
                                unknown);
                case null -> new RouterException("can't listen on " + address, e);
                default ->
                        new RouterException(
                                "can't listen on %s: %s".formatted(address, cause.getMessage()),
                                cause);
            };
        }
    }

    private static <T> T await(Future<T> future) {
        return future.toCompletionStage().toCompletableFuture().join();
    }
}

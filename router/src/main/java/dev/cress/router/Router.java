package dev.cress.router;

import dev.cress.contract.ControlFrame.Directory;
import dev.cress.contract.ControlFrame.Placements;
import dev.cress.identity.FleetIdentity;

import io.vertx.core.Context;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;

import java.net.BindException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/// A running router. It serves from the moment that [#start] returns: with the nodes of its last
/// directory at once, with those of the control plane as soon as that answers.
///
/// Thread-safe. [#start] and [#close] block, so don't call them on an event loop.
public final class Router implements AutoCloseable {
    private static final Duration START_MAX = Duration.ofSeconds(10);
    private static final Duration STOP_MAX = Duration.ofSeconds(5);

    private final RouterConfig config;
    private final Vertx vertx;
    private final Context loop;
    private final DirectoryFile file;
    private final FleetWatch fleet;
    private final ControlSession control;
    private final RouterMetrics metrics;
    private final AdminServer admin;
    private final Optional<FleetIdentity.Renewing> renewing;
    private final List<Worker> workers = new CopyOnWriteArrayList<>();

    /// What was heard last; the control loop's.
    private String routerKey = "";

    private Directory directory = new Directory(List.of());
    private Placements placements = Placements.NONE;

    /// Starts a router. A [RouterException] says what is in the way; then nothing is left running.
    public static Router start(RouterConfig config) {
        LocationTable table =
                new CachedLocations(
                        config.locationTable().map(MmdbTable::open).orElseGet(MmdbTable::bundled));
        var file = new DirectoryFile(config.dataDir());
        try {
            return start(config, table, file);
        } catch (RuntimeException e) {
            file.close();
            throw e;
        }
    }

    private static Router start(RouterConfig config, LocationTable table, DirectoryFile file) {
        var vertx =
                Vertx.vertx(
                        new VertxOptions()
                                .setEventLoopPoolSize(config.eventLoops())
                                .setFileSystemOptions(
                                        new FileSystemOptions()
                                                .setFileCachingEnabled(false)
                                                .setClassPathResolvingEnabled(false)));
        try {
            var router = new Router(config, vertx, file);
            router.open(table);
            return router;
        } catch (RuntimeException e) {
            await("stop", STOP_MAX, vertx.close());
            throw e;
        }
    }

    private Router(RouterConfig config, Vertx vertx, DirectoryFile file) {
        this.config = config;
        this.vertx = vertx;
        this.file = file;
        loop = vertx.getOrCreateContext();
        fleet = new FleetWatch(vertx, loop, config.health(), config.domain());
        control = new ControlSession(vertx, config, new Hearing());
        renewing =
                config.identity()
                        .map(
                                identity ->
                                        identity.keepRenewed(
                                                InstantSource.system(), config.control()));
        metrics = new RouterMetrics(fleet::view, control::connected);
        admin = new AdminServer(vertx, fleet, metrics, control::connected);
    }

    private void onLoop(Runnable work) {
        Promise<Void> done = Promise.promise();
        loop.runOnContext(
                _ -> {
                    try {
                        work.run();
                        done.complete();
                    } catch (RuntimeException e) {
                        done.fail(e);
                    }
                });
        await("start", START_MAX, done.future());
    }

    private void open(LocationTable table) {
        file.load()
                .ifPresent(
                        last ->
                                onLoop(
                                        () -> {
                                            take(last.placements());
                                            take(last.routerKey(), last.directory());
                                        }));
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
        // Last: before it nothing but Vert.x itself has to be stopped again.
        onLoop(control::connect);
    }

    /// Where clients reach the router.
    public int port() {
        return workers.getFirst().listener().port();
    }

    /// Where clients on this machine reach the router.
    public URI url() {
        String host = bindsToAll() ? RouterConfig.LOOPBACK : config.bind();
        return URI.create(
                "http://%s:%d".formatted(host.contains(":") ? "[" + host + "]" : host, port()));
    }

    private boolean bindsToAll() {
        try {
            return InetAddress.getByName(config.bind()).isAnyLocalAddress();
        } catch (UnknownHostException e) {
            return false;
        }
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
        try {
            await(
                    "drain",
                    config.clients().drainTimeout().plus(STOP_MAX),
                    Future.join(workers.stream().map(w -> w.listener().drain()).toList()));
        } finally {
            stop();
        }
    }

    private void stop() {
        renewing.ifPresent(FleetIdentity.Renewing::close);
        control.close();
        fleet.close();
        try {
            await("stop", STOP_MAX, vertx.close());
        } finally {
            file.close();
        }
    }

    private void take(String key, Directory heard) {
        routerKey = key;
        directory = heard;
        fleet.update(key, heard);
    }

    private void take(Placements heard) {
        placements = heard;
        fleet.update(heard);
    }

    /// What the control plane says is kept for the next start.
    private final class Hearing implements ControlSession.Listener {
        @Override
        public void directory(String key, Directory heard) {
            take(key, heard);
            save();
        }

        @Override
        public void placements(Placements heard) {
            take(heard);
            if (!routerKey.isEmpty()) {
                save();
            }
        }

        private void save() {
            var state = new DirectoryFile.Remembered(routerKey, directory, placements);
            vertx.executeBlocking(
                    () -> {
                        file.save(state);
                        return state;
                    });
        }
    }

    private static void listening(Future<?> start, String option, String bind, int port) {
        try {
            await("start", START_MAX, start);
        } catch (RouterException e) {
            String address = "%s:%d".formatted(bind, port);
            throw switch (e.getCause()) {
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
                case TimeoutException _, InterruptedException _ -> e;
                case null -> e;
                case Throwable cause ->
                        new RouterException(
                                "can't listen on %s: %s".formatted(address, cause.getMessage()),
                                cause);
            };
        }
    }

    private static void await(String what, Duration max, Future<?> future) {
        try {
            future.toCompletionStage()
                    .toCompletableFuture()
                    .get(max.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new RouterException("the router can't %s: %s".formatted(what, cause), cause);
        } catch (TimeoutException e) {
            throw new RouterException(
                    "the router did not %s within %d s".formatted(what, max.toSeconds()), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RouterException("interrupted: the router did not " + what, e);
        }
    }
}

package dev.cress.relay;

import dev.cress.identity.FleetIdentity;
import dev.cress.identity.Ways;

import io.vertx.core.Context;
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
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/// A running relay. It listens from the moment that [#start] returns, and lets nodes in as soon as
/// the control plane answers.
///
/// Thread-safe. [#start] and [#close] block, so don't call them on an event loop.
public final class Relay implements AutoCloseable {
    private static final String LOOPBACK = "127.0.0.1";
    private static final Duration START_MAX = Duration.ofSeconds(10);
    private static final Duration STOP_MAX = Duration.ofSeconds(5);

    private final RelayConfig config;
    private final DataFolder folder;
    private final Vertx vertx;
    private final ControlSession control;
    private final NodeConnections nodes;
    private final Front front;
    private final AdminServer admin;
    private final Optional<FleetIdentity.Renewing> renewing;

    /// Starts a relay. A [RelayException] says what is in the way; then nothing is left running.
    public static Relay start(RelayConfig config) {
        var folder = new DataFolder(config.data());
        try {
            return start(config, folder);
        } catch (RuntimeException e) {
            folder.close();
            throw e;
        }
    }

    private static Relay start(RelayConfig config, DataFolder folder) {
        var vertx =
                Vertx.vertx(
                        new VertxOptions()
                                .setEventLoopPoolSize(1)
                                .setFileSystemOptions(
                                        new FileSystemOptions()
                                                .setFileCachingEnabled(false)
                                                .setClassPathResolvingEnabled(false)));
        try {
            return new Relay(config, folder, vertx);
        } catch (RuntimeException e) {
            await("stop", STOP_MAX, vertx.close());
            throw e;
        }
    }

    private Relay(RelayConfig config, DataFolder folder, Vertx vertx) {
        this.folder = folder;
        this.config = config;
        this.vertx = vertx;
        Context loop = vertx.getOrCreateContext();
        var metrics = new RelayMetrics();
        var ways = new Ways(config.control());
        control = new ControlSession(vertx, config, ways, metrics);
        var files = new ControlFiles(vertx, config, ways::current, metrics);
        var blobs = new Blobs(vertx, folder.blobs(), config.blobBytesMax(), files, metrics);
        nodes = on(loop, () -> new NodeConnections(vertx, control, config.nodesMax(), metrics));
        metrics.watch(control::isConnected, nodes::count, blobs::bytes);
        front = new Front(vertx, config, control, nodes, blobs, files, metrics);
        admin = new AdminServer(vertx, control, nodes, metrics);
        listening(
                loop,
                () -> front.listen(config.bind(), config.port()),
                config.bind(),
                config.port(),
                "--port");
        listening(
                loop,
                () -> admin.listen(LOOPBACK, config.adminPort()),
                LOOPBACK,
                config.adminPort(),
                "--admin-port");
        renewing =
                config.identity()
                        .map(
                                identity ->
                                        identity.keepRenewed(
                                                InstantSource.system(), config.control()));
        loop.runOnContext(_ -> control.connect());
    }

    private static <T> T on(Context loop, Supplier<T> made) {
        Promise<T> done = Promise.promise();
        loop.runOnContext(
                _ -> {
                    try {
                        done.complete(made.get());
                    } catch (RuntimeException e) {
                        done.fail(e);
                    }
                });
        return await("start", START_MAX, done.future());
    }

    private static void listening(
            Context loop, Supplier<Future<?>> listen, String bind, int port, String option) {
        Promise<Object> done = Promise.promise();
        loop.runOnContext(_ -> listen.get().<Object>mapEmpty().onComplete(done));
        try {
            await("listen", START_MAX, done.future());
        } catch (RelayException e) {
            if (e.getCause() instanceof BindException taken) {
                throw new RelayException(
                        String.valueOf(taken.getMessage()).contains("in use")
                                ? "port %d is taken on %s: choose another with %s"
                                        .formatted(port, bind, option)
                                : "can't listen on %s port %d: %s"
                                        .formatted(bind, port, taken.getMessage()),
                        taken);
            }
            throw e;
        }
    }

    /// Where nodes reach it.
    public int port() {
        return front.port();
    }

    /// The URL for `--control` of nodes on this machine.
    public URI url() {
        String host = bindsToAll() ? "localhost" : config.bind();
        return URI.create(
                "%s://%s:%d"
                        .formatted(
                                config.identity().isPresent() ? "https" : "http",
                                host.contains(":") ? "[" + host + "]" : host,
                                port()));
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

    /// Whether its session with the control plane stands.
    public boolean isConnected() {
        return control.isConnected();
    }

    /// Nodes with a session.
    public int nodes() {
        return nodes.count();
    }

    /// Ends all sessions, and stops.
    @Override
    public void close() {
        renewing.ifPresent(FleetIdentity.Renewing::close);
        control.close();
        try {
            await("stop", STOP_MAX, vertx.close());
        } finally {
            folder.close();
        }
    }

    private static <T> T await(String what, Duration max, Future<T> future) {
        try {
            return future.toCompletionStage()
                    .toCompletableFuture()
                    .get(max.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new RelayException("the relay can't %s: %s".formatted(what, cause), cause);
        } catch (TimeoutException e) {
            throw new RelayException(
                    "the relay did not %s within %d s".formatted(what, max.toSeconds()), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RelayException("interrupted: the relay did not " + what, e);
        }
    }
}

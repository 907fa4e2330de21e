package dev.cress.node;

import dev.cress.contract.Build;
import dev.cress.contract.ErrorCode;
import dev.cress.contract.FunctionName;
import dev.cress.contract.NodeInfo;
import dev.cress.identity.FleetIdentity;
import dev.cress.identity.KnownKeys;
import dev.cress.identity.Ways;
import dev.cress.node.capability.NodeCapabilities;
import dev.cress.node.capability.NodeSecrets;
import dev.cress.node.config.NodeConfig;
import dev.cress.node.config.NodeException;
import dev.cress.node.outbound.OutboundClient;
import dev.cress.node.serve.FunctionActivity;
import dev.cress.node.serve.GuestThreads;
import dev.cress.node.serve.HttpFront;
import dev.cress.node.serve.RequestHandler;
import dev.cress.node.serve.RequestHandler.Availability;
import dev.cress.node.serve.TenantLimits;
import dev.cress.node.state.NodeState;
import dev.cress.node.state.NodeStore;
import dev.cress.node.sync.ControlLink;
import dev.cress.node.sync.ControlModules;
import dev.cress.node.sync.Credential;
import dev.cress.node.sync.ImageTrust;
import dev.cress.node.sync.LimitsFile;
import dev.cress.wasm.WasmHost;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/// One node of the fleet, started and stopped as a whole. It serves what its disk says as soon as
/// that is ready, with or without a control plane.
public final class EdgeNode implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EdgeNode.class);

    /// How long a starting node refuses requests for the sake of functions that aren't ready.
    private static final Duration SETTLE_MAX = Duration.ofSeconds(10);

    private static final Duration LOOK_EVERY = Duration.ofMillis(20);

    /// A node that stops answers until nobody has asked for so long: a request that is on its way
    /// when its connection closes can't always be asked of another node.
    private static final Duration QUIET = Duration.ofMillis(200);
    private static final Duration STOP_MAX = Duration.ofSeconds(5);

    private final NodeConfig config;
    private final PrometheusMeterRegistry registry =
            new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final Vertx vertx;
    private final NodeStore store;
    private final GuestThreads threads;
    private final TenantLimits tenants;
    private final LimitsFile limitsFile;
    private final ControlModules modules;
    private final NodeSecrets secrets;
    private final NodeState state;
    private final NodeCapabilities capabilities;
    private final RequestHandler requests;
    private final HttpFront front;
    private final ControlLink link;
    private final Optional<FleetIdentity.Renewing> renewing;
    private volatile byte[] routerKey;

    /// Starts a node; returns once it listens. `host` stays the caller's.
    public static EdgeNode start(NodeConfig config, WasmHost host) {
        checkReachable(config);
        return new EdgeNode(config, host);
    }

    private EdgeNode(NodeConfig config, WasmHost host) {
        this.config = config;
        var keys =
                config.identity()
                        .map(FleetIdentity::signingKeys)
                        .orElseGet(() -> heardFirst(config));
        var forged =
                Counter.builder("cress.control.forged")
                        .description(
                                "Frames and images that no known key of the control plane signed,"
                                        + " or that aren't what it signed")
                        .register(registry);
        this.store = NodeStore.open(config.data());
        this.routerKey = readRouterKey(store);
        this.vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(HttpFront.LOOPS + 1));
        var limits = config.limits();
        this.threads =
                new GuestThreads(config.name(), limits.guestThreads(), limits.queuedPerFunction());
        var credential = new Credential(config.joinToken(), config.identity());
        var ways = new Ways(config.control());
        this.modules =
                new ControlModules(
                        ways::current, credential, new ImageTrust(keys, forged::increment));
        this.tenants = new TenantLimits(threads, System::nanoTime);
        this.limitsFile = new LimitsFile(vertx, store, tenants);
        this.secrets =
                new NodeSecrets(config.capabilities().secrets(), config.data(), config.name());
        var place = new RequestHandler.Place(config.name(), config.region());
        this.state =
                new NodeState(
                        place,
                        config.domain(),
                        store,
                        modules,
                        host,
                        limits,
                        secrets,
                        this::newActivity);
        this.capabilities =
                new NodeCapabilities(
                        secrets,
                        config.data(),
                        new OutboundClient(
                                vertx,
                                config.capabilities().outbound(),
                                reserved(config),
                                this::isOwnPort,
                                registry));
        this.requests =
                new RequestHandler(
                        place,
                        limits,
                        host,
                        capabilities,
                        vertx,
                        state::routes,
                        () -> routerKey,
                        tenants,
                        registry);
        Gauge.builder("cress.guests.running", threads, GuestThreads::running)
                .description("Guests that run now")
                .register(registry);
        Gauge.builder("cress.guests.queued", threads, GuestThreads::queued)
                .description("Requests that wait for a guest thread")
                .register(registry);
        countImages(host);
        try {
            int portBefore = readPort();
            this.front = HttpFront.listen(vertx, config, portBefore, requests, registry::scrape);
            if (port() != portBefore) {
                keepPort();
            }
            this.link =
                    new ControlLink(
                            vertx,
                            ways,
                            credential,
                            new ControlLink.Node(
                                    info(),
                                    state,
                                    keys,
                                    secrets,
                                    limitsFile,
                                    new ControlLink.Heard(
                                            this::newRouterKey, this::drain, forged::increment)));
        } catch (RuntimeException e) {
            closeParts();
            throw e;
        }
        Gauge.builder("cress.control.connected", link, l -> l.isConnected() ? 1 : 0)
                .description("Whether the session to the control plane stands")
                .register(registry);
        state.load();
        renewing =
                config.identity()
                        .map(
                                identity ->
                                        identity.keepRenewed(
                                                InstantSource.system(), config.control()));
        link.open();
        awaitSettled(System.nanoTime() + SETTLE_MAX.toNanos());
    }

    private NodeInfo info() {
        return new NodeInfo(
                config.name(),
                config.region(),
                config.latitude(),
                config.longitude(),
                url().toString(),
                Build.version());
    }

    private void countImages(WasmHost host) {
        FunctionCounter.builder("cress.images.built", host, WasmHost::imagesBuilt)
                .description("Images that this process built from modules")
                .register(registry);
        FunctionCounter.builder("cress.images.taken", host, WasmHost::imagesTaken)
                .description("Images that the control plane prepared and this process took")
                .register(registry);
    }

    /// Keys of a control plane that let this node in by a token, which says nothing of it.
    private static KnownKeys heardFirst(NodeConfig config) {
        return KnownKeys.open(config.data().resolve("signing-keys.json"), List.of());
    }

    /// The fleet's own doors, which no guest finds open.
    private static List<URI> reserved(NodeConfig config) {
        return Stream.concat(
                        config.control().stream(),
                        Stream.of(config.identity().map(FleetIdentity::control), config.advertise())
                                .flatMap(Optional::stream))
                .toList();
    }

    private boolean isOwnPort(int port) {
        return port == port() || port == adminPort();
    }

    private FunctionActivity newActivity(FunctionName name) {
        return new FunctionActivity(name, threads.lane(name.tenant()), registry);
    }

    private static byte[] readRouterKey(NodeStore store) {
        try {
            return store.routerKey().getBytes(StandardCharsets.UTF_8);
        } catch (IOException e) {
            LOG.warn(
                    "the router key can't be read; the control plane will tell it: {}",
                    e.toString());
            return new byte[0];
        }
    }

    private int readPort() {
        try {
            return store.port();
        } catch (IOException e) {
            LOG.warn("the port of the last run can't be read: {}", e.toString());
            return 0;
        }
    }

    private void keepPort() {
        try {
            store.port(port());
        } catch (IOException e) {
            LOG.warn("the port can't be kept for the next run: {}", e.toString());
        }
    }

    private void newRouterKey(String key) {
        byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
        if (Arrays.equals(bytes, routerKey)) {
            return;
        }
        routerKey = bytes;
        vertx.executeBlocking(
                        () -> {
                            store.routerKey(key);
                            return key;
                        })
                .onFailure(e -> LOG.warn("the router key can't be kept: {}", e.toString()));
    }

    /// Takes requests once what should serve is ready, or has had its time.
    private void awaitSettled(long latestNanos) {
        vertx.executeBlocking(
                        () ->
                                state.wasTold()
                                        && (state.isSettled() || System.nanoTime() > latestNanos))
                .onComplete(
                        settled -> {
                            if (requests.availability() != Availability.STARTING) {
                                return;
                            }
                            if (settled.succeeded() && settled.result()) {
                                requests.availability(Availability.SERVING);
                                LOG.info("node {} serves at {}", config.name(), url());
                            } else {
                                vertx.setTimer(
                                        LOOK_EVERY.toMillis(), _ -> awaitSettled(latestNanos));
                            }
                        });
    }

    /// Where it serves.
    public int port() {
        return front.port();
    }

    /// Where its metrics (`/metrics`) and health (`/health`) are, on loopback.
    public int adminPort() {
        return front.adminPort();
    }

    /// By which URL routers reach it.
    public URI url() {
        return config.advertise()
                .orElseGet(() -> URI.create("http://%s:%d".formatted(host(config.bind()), port())));
    }

    private static void checkReachable(NodeConfig config) {
        try {
            if (config.advertise().isEmpty()
                    && InetAddress.getByName(config.bind()).isAnyLocalAddress()) {
                throw new NodeException(
                        "node %s listens on all addresses (--bind %s): say with --advertise URL by which one routers reach it"
                                .formatted(config.name(), config.bind()));
            }
        } catch (UnknownHostException e) {
            LOG.debug("{} can't be listened on, which listening will say", config.bind());
        }
    }

    private static String host(String bind) {
        return bind.indexOf(':') >= 0 ? "[" + bind + "]" : bind;
    }

    public boolean isServing() {
        return requests.availability() == Availability.SERVING;
    }

    /// Stops: new requests hear [ErrorCode#UNAVAILABLE], those in flight get the drain time.
    @Override
    public void close() {
        drain();
        long end = System.nanoTime() + config.limits().drain().toNanos();
        while ((requests.inFlight() > 0 || requests.quiet().compareTo(QUIET) < 0)
                && System.nanoTime() < end) {
            LockSupport.parkNanos(LOOK_EVERY.toNanos());
        }
        renewing.ifPresent(FleetIdentity.Renewing::close);
        link.close();
        closeParts();
    }

    /// Finishes what there is and takes nothing new.
    private void drain() {
        if (requests.availability() != Availability.DRAINING) {
            LOG.info("node {} drains", config.name());
        }
        requests.availability(Availability.DRAINING);
        link.drain();
    }

    private void closeParts() {
        state.close();
        modules.close();
        try {
            vertx.close()
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(STOP_MAX.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn("node {} did not close cleanly: {}", config.name(), e.toString());
        }
        threads.close();
        capabilities.close();
        store.close();
        registry.close();
    }
}

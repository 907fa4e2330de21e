package dev.cress.router;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.PoolOptions;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/// One event loop's share of the traffic: its listener, its connections to nodes, its retries.
final class Worker extends VerticleBase {
    /// Below what nodes allow, or a node closes a connection just as a request goes out on it.
    private static final int KEEP_ALIVE_S = 30;

    /// Of an answer: the guest's 64 KiB and what the node adds.
    private static final int HEADER_BYTES_MAX = 80 << 10;

    private final RouterConfig config;
    private final FleetWatch fleet;
    private final RouterMetrics metrics;
    private final LocationTable locations;
    private final AtomicInteger connections;
    private final int port;
    private @Nullable Listener listener;

    Worker(
            RouterConfig config,
            FleetWatch fleet,
            RouterMetrics metrics,
            LocationTable locations,
            AtomicInteger connections,
            int port) {
        this.config = config;
        this.fleet = fleet;
        this.metrics = metrics;
        this.locations = locations;
        this.connections = connections;
        this.port = port;
    }

    @Override
    public Future<?> start() {
        int loops = config.eventLoops();
        var limits = config.upstream();
        var client =
                vertx.createHttpClient(
                        new HttpClientOptions()
                                .setConnectTimeout((int) limits.connectTimeout().toMillis())
                                .setKeepAliveTimeout(KEEP_ALIVE_S)
                                .setIdleTimeout((int) config.clients().idleTimeout().toMillis())
                                .setIdleTimeoutUnit(TimeUnit.MILLISECONDS)
                                .setMaxHeaderSize(HEADER_BYTES_MAX)
                                .setDecompressionSupported(false),
                        new PoolOptions()
                                .setHttp1MaxSize(
                                        Math.ceilDiv(limits.connectionsPerNodeMax(), loops))
                                .setMaxWaitQueueSize(
                                        Math.ceilDiv(limits.waitingPerNodeMax(), loops)));
        var retries = new RetryBudget(config.retries(), loops, System::nanoTime);
        var lane = new Lane(vertx, client, retries, fleet, metrics, limits);
        var trusted = new ClientAddress(config.trustedPeers().stream().map(Cidr::parse).toList());
        var proxy = new Proxy(lane, trusted, locations);
        listener = new Listener(vertx, config.clients(), connections, proxy);
        return listener.listen(config.bind(), port);
    }

    /// Once it has started.
    Listener listener() {
        if (listener == null) {
            throw new IllegalStateException("the worker hasn't started");
        }
        return listener;
    }
}

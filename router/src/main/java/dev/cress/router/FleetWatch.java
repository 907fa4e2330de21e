package dev.cress.router;

import dev.cress.contract.ControlFrame.Directory;
import dev.cress.contract.ControlFrame.Placements;
import dev.cress.contract.CressHeader;
import dev.cress.contract.CressPath;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;

/// Keeps the picture of the fleet true: what the directory lists, judged by a check of each node
/// every interval and by what requests report. A node that the control plane calls disconnected may
/// serve all the same, so only checks and requests count. And where functions are placed, as the
/// control plane says.
///
/// State belongs to one event loop; [#view()], [#placed()], [#dropped], [#draining] and [#close()]
/// may be called from any.
final class FleetWatch {
    /// Where nodes say how they are: 200 or, starting or draining, 503.
    static final String HEALTH_PATH = CressPath.NODE_HEALTH.text();

    private static final Logger LOG = LoggerFactory.getLogger(FleetWatch.class);
    private static final int OK = 200;
    private static final int SERVICE_UNAVAILABLE = 503;
    private static final int NO_ANSWER = 0;

    private final Vertx vertx;
    private final Context loop;
    private final RouterConfig.Health config;
    private final String domain;
    private final HttpClient client;
    private final Map<String, Watched> watched = new LinkedHashMap<>();
    private String routerKey = "";
    private volatile boolean closed;
    private volatile FleetView view = FleetView.EMPTY;
    private volatile PlacedRoutes placed;

    private static final class Watched {
        final NodeHealth health;
        Node node;
        long timer;
        boolean checking;

        Watched(Node node, NodeHealth health) {
            this.node = node;
            this.health = health;
        }
    }

    FleetWatch(Vertx vertx, Context loop, RouterConfig.Health config, String domain) {
        this.vertx = vertx;
        this.loop = loop;
        this.config = config;
        this.domain = domain;
        placed = new PlacedRoutes(domain, Placements.NONE);
        int timeoutMs = (int) config.timeout().toMillis();
        client =
                vertx.createHttpClient(
                        new HttpClientOptions().setConnectTimeout(timeoutMs),
                        new PoolOptions().setHttp1MaxSize(1).setMaxWaitQueueSize(1));
    }

    FleetView view() {
        return view;
    }

    /// Functions that aren't everywhere.
    PlacedRoutes placed() {
        return placed;
    }

    /// Takes over where functions are placed.
    void update(Placements placements) {
        placed = new PlacedRoutes(domain, placements);
    }

    /// Takes over a directory. Nodes that stay keep what is known of their health.
    void update(String newRouterKey, Directory directory) {
        routerKey = newRouterKey;
        var gone = new ArrayList<>(watched.keySet());
        for (var entry : directory.nodes()) {
            var parsed = Node.of(entry.node());
            if (parsed.isEmpty()) {
                LOG.warn(
                        "node {} is left out: can't reach '{}'",
                        entry.node().name(),
                        entry.node().url());
                continue;
            }
            Node node = parsed.get();
            gone.remove(node.name());
            Watched before = watched.get(node.name());
            if (before == null || !before.node.info().url().equals(node.info().url())) {
                forget(node.name());
                watch(node);
            } else {
                before.node = node;
            }
            find(node.name()).health.listed(entry.draining());
        }
        gone.forEach(this::forget);
        publish();
    }

    private Watched find(String name) {
        Watched found = watched.get(name);
        if (found == null) {
            throw new IllegalStateException("node " + name + " isn't watched");
        }
        return found;
    }

    private void watch(Node node) {
        var added = new Watched(node, new NodeHealth(config.setAside()));
        long intervalMs = config.interval().toMillis();
        // Spread over the interval, or a thousand nodes are checked in one burst.
        long firstMs = ThreadLocalRandom.current().nextLong(1, intervalMs + 1);
        added.timer = vertx.setPeriodic(firstMs, intervalMs, _ -> check(added));
        watched.put(node.name(), added);
    }

    private void forget(String name) {
        Watched old = watched.remove(name);
        if (old != null) {
            vertx.cancelTimer(old.timer);
        }
    }

    /// Ends the checks.
    void close() {
        closed = true;
    }

    private void check(Watched target) {
        if (target.checking || closed) {
            return;
        }
        target.checking = true;
        long timeoutMs = config.timeout().toMillis();
        var options =
                new RequestOptions()
                        .setMethod(HttpMethod.GET)
                        .setHost(target.node.host())
                        .setPort(target.node.port())
                        .setSsl(target.node.tls())
                        .setURI(HEALTH_PATH)
                        .setTimeout(timeoutMs)
                        .putHeader(CressHeader.ROUTER_KEY.text(), routerKey);
        client.request(options)
                .compose(request -> request.send())
                .map(HttpClientResponse::statusCode)
                .onComplete(status -> checked(target, status), _ -> checked(target, NO_ANSWER));
    }

    private void checked(Watched target, int status) {
        target.checking = false;
        switch (status) {
            case OK -> target.health.passed();
            case SERVICE_UNAVAILABLE -> target.health.draining();
            default -> target.health.failed(System.nanoTime());
        }
        publish();
    }

    /// A request couldn't connect to this node, or its connection ended before an answer.
    void dropped(Node node) {
        report(node, health -> health.dropped(System.nanoTime()));
    }

    /// This node answered a request that it starts or drains.
    void draining(Node node) {
        report(node, NodeHealth::draining);
    }

    private void report(Node node, Consumer<NodeHealth> news) {
        loop.runOnContext(
                _ -> {
                    Watched target = watched.get(node.name());
                    if (target != null && target.node.equals(node)) {
                        news.accept(target.health);
                        publish();
                    }
                });
    }

    private void publish() {
        long nowNs = System.nanoTime();
        var nodes = new ArrayList<Node>();
        var tiers = new ArrayList<Tier>();
        for (Watched each : watched.values()) {
            nodes.add(each.node);
            tiers.add(each.health.tier(nowNs));
        }
        FleetView old = view;
        if (old.nodes().equals(nodes)
                && old.tiers().equals(tiers)
                && old.routerKey().equals(routerKey)) {
            return;
        }
        view = new FleetView(routerKey, nodes, tiers);
        logChanges(old, view);
    }

    private static void logChanges(FleetView old, FleetView now) {
        for (int i = 0; i < now.nodes().size(); i++) {
            String name = now.nodes().get(i).name();
            Tier tier = now.tiers().get(i);
            Tier before = tierOf(old, name);
            if (tier != before) {
                LOG.info("node {}: {} (was {})", name, tier, before);
            }
        }
    }

    private static Tier tierOf(FleetView view, String name) {
        for (int i = 0; i < view.nodes().size(); i++) {
            if (view.nodes().get(i).name().equals(name)) {
                return view.tiers().get(i);
            }
        }
        return Tier.READY;
    }
}

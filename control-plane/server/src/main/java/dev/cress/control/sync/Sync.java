package dev.cress.control.sync;

import dev.cress.contract.Api.NodeStatus;
import dev.cress.contract.Position;
import dev.cress.control.store.FleetNews;
import dev.cress.control.store.Image;
import dev.cress.control.store.Refusal;
import dev.cress.control.store.Revision;
import dev.cress.control.store.Store;
import dev.cress.control.store.StoreListener;
import dev.cress.control.store.StoredToken;
import dev.cress.control.store.Tenancy;
import dev.cress.control.store.Terms;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.ServerWebSocket;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/// The face of the sync: sessions come in, commits go out, and what nodes say can be asked for.
/// Made and used on the event loop.
public final class Sync {
    /// How often nodes' shares of tenants' rates are dealt anew.
    static final Duration DEAL_EVERY = Duration.ofSeconds(1);

    private static final Logger LOG = LoggerFactory.getLogger(Sync.class);

    private final Vertx vertx;
    private final Store store;
    private final Duration pingEvery;
    private final FleetImage image;
    private final Presence presence;
    private final Rollouts rollouts;
    private final RouterSessions routers;
    private final NodeSessions nodes;
    private int routersElsewhere;
    private long quotasKnown = -1;
    private boolean dealing;

    /// How many of each there may be at once, and how often each is asked for a sign of life.
    public record Limits(int nodesMax, int routersMax, int logReadersMax, Duration pingEvery) {}

    /// @param tokens takes all tokens when one was changed, perhaps elsewhere; answers the ids of
    ///     those that are gone
    public Sync(
            Vertx vertx,
            Store store,
            Image stored,
            InstantSource clock,
            Limits limits,
            MeterRegistry meters,
            Function<List<StoredToken>, List<String>> tokens) {
        this.vertx = vertx;
        this.store = store;
        pingEvery = limits.pingEvery();
        image = new FleetImage(stored);
        presence = new Presence(clock, stored.fleet());
        routersElsewhere = stored.fleet().routers();
        rollouts = new Rollouts(vertx, presence);
        routers = new RouterSessions(vertx, presence, store, limits.routersMax());
        nodes =
                new NodeSessions(
                        vertx,
                        store,
                        image,
                        presence,
                        rollouts,
                        routers,
                        limits.nodesMax(),
                        limits.logReadersMax(),
                        meters);
        gauge(meters, "nodes.connected", "nodes with a session", NodeSessions::connected);
        gauge(meters, "nodes.behind", "nodes that wait for a snapshot", NodeSessions::behind);
        gauge(meters, "revision", "the log's head", n -> n.image().position().revision());
        gauge(meters, "log.readers", "readers of logs", n -> n.logs().readers());
        Gauge.builder("cress.control.routers.connected", routers, RouterSessions::connected)
                .description("routers with a session")
                .register(meters);
        store.follow(stored, new News(tokens));
        vertx.setPeriodic(DEAL_EVERY.toMillis(), _ -> deal());
        deal();
    }

    /// What the store tells, and who has to know.
    private final class News implements StoreListener {
        private final Function<List<StoredToken>, List<String>> tokens;

        private News(Function<List<StoredToken>, List<String>> tokens) {
            this.tokens = tokens;
        }

        @Override
        public void committed(Revision revision) {
            nodes.committed(revision);
        }

        @Override
        public void replaced(Image stored) {
            nodes.replaced(stored);
        }

        @Override
        public void tokens(List<StoredToken> all) {
            tokens.apply(all).forEach(Sync.this::tokenRevoked);
        }

        @Override
        public void fleet(FleetNews news) {
            routersElsewhere = news.routers();
            nodes.elsewhere(news);
        }
    }

    /// Tells nodes what they may run of each tenant's. When the store doesn't answer quotas stay.
    private void deal() {
        if (dealing) {
            return;
        }
        dealing = true;
        store.tenancy()
                .quotas(quotasKnown)
                .onComplete(
                        quotas -> {
                            dealing = false;
                            quotas.ifPresent(all -> quotasKnown = all.change());
                            nodes.deal(quotas.map(Tenancy.Quotas::byTenant));
                        },
                        e -> {
                            dealing = false;
                            LOG.warn("tenants' quotas can't be read: {}", e.getMessage());
                            nodes.deal(Optional.empty());
                        });
    }

    private void gauge(
            MeterRegistry meters,
            String name,
            String description,
            ToLongFunction<NodeSessions> value) {
        Gauge.builder("cress.control." + name, nodes, n -> (double) value.applyAsLong(n))
                .description(description)
                .register(meters);
    }

    /// A node connected with this token; the session ends when the token is revoked.
    public void acceptNode(ServerWebSocket socket, String tokenId) {
        nodes.accept(new Peer(vertx, socket, tokenId, pingEvery));
    }

    /// A router connected with this token; the session ends when the token is revoked.
    public void acceptRouter(ServerWebSocket socket, String tokenId) {
        routers.accept(new Peer(vertx, socket, tokenId, pingEvery));
    }

    /// Ends the sessions that this token opened.
    public void tokenRevoked(String tokenId) {
        nodes.endAll(tokenId);
        routers.endAll(tokenId);
    }

    /// Where the log stands, as nodes were told.
    public Position position() {
        return image.position();
    }

    /// Every known node, by name.
    public List<NodeStatus> nodes() {
        return presence.list();
    }

    /// Routers that are connected to any server.
    public int routersConnected() {
        return routers.connected() + routersElsewhere;
    }

    public Rollouts rollouts() {
        return rollouts;
    }

    public LogFollowers logs() {
        return nodes.logs();
    }

    /// Stops missing a node that won't come back.
    public Future<Void> forget(Terms terms, String name) {
        var node = presence.node(name);
        if (node == null) {
            throw Refusal.of(404, "unknown-node", "Unknown node", "there is no node " + name);
        }
        if (presence.isConnected(node)) {
            throw Refusal.of(
                    409,
                    "node-connected",
                    "Node connected",
                    "node " + name + " is connected: stop it first");
        }
        presence.forget(name);
        rollouts.changed();
        routers.changed();
        return store.deleteNode(terms, name);
    }

    /// Ends all sessions, so that peers know to come back elsewhere or later.
    public void close() {
        nodes.close();
        routers.close();
    }
}

package dev.cress.control.sync;

import dev.cress.contract.AnnouncedKey;
import dev.cress.contract.Api.NodeStatus;
import dev.cress.contract.FleetStatus.RelayStatus;
import dev.cress.contract.Position;
import dev.cress.contract.RelayFrame;
import dev.cress.contract.SignedImage;
import dev.cress.control.store.FleetNews;
import dev.cress.control.store.Image;
import dev.cress.control.store.Membership;
import dev.cress.control.store.Refusal;
import dev.cress.control.store.Revision;
import dev.cress.control.store.RolloutSteps;
import dev.cress.control.store.SecretKeeping;
import dev.cress.control.store.Store;
import dev.cress.control.store.StoreListener;
import dev.cress.control.store.StoredKeys;
import dev.cress.control.store.StoredMember;
import dev.cress.control.store.StoredToken;
import dev.cress.control.store.Tenancy;
import dev.cress.control.store.Terms;
import dev.cress.control.trust.Roll;
import dev.cress.identity.SigningKey;

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
    private final InstantSource clock;
    private final Duration pingEvery;
    private final FleetImage image;
    private final Presence presence;
    private final Rollouts rollouts;
    private final RouterSessions routers;
    private final NodeSessions nodes;
    private final RelaySessions relays;
    private final RolloutDriver driver;
    private SigningKey signer;
    private int routersElsewhere;
    private long quotasKnown = -1;
    private boolean dealing;

    /// How many of each there may be at once, and how often each is asked for a sign of life.
    public record Limits(int nodesMax, int routersMax, int logReadersMax, Duration pingEvery) {}

    /// What lets nodes and routers in, when it was changed, perhaps elsewhere.
    ///
    /// @param tokens takes all tokens, answers the ids of those that are gone
    /// @param members takes all members, answers what is good no more
    /// @param behindRelay says whom a node's certificate or token names that was shown to a relay,
    ///     or refuses it
    /// @param keys with which is signed what nodes are told
    public record Credentials(
            Function<List<StoredToken>, List<String>> tokens,
            Function<List<StoredMember>, Roll.Gone> members,
            Function<RelayFrame.Opened, Credential> behindRelay,
            StoredKeys keys) {}

    public Sync(
            Vertx vertx,
            Store store,
            Image stored,
            InstantSource clock,
            Limits limits,
            MeterRegistry meters,
            SecretKeeping secrets,
            Credentials credentials) {
        this.vertx = vertx;
        this.store = store;
        this.clock = clock;
        pingEvery = limits.pingEvery();
        var key = credentials.keys.last();
        signer = new SigningKey(key.announced(), key.secret());
        image = new FleetImage(stored, signer::sign);
        presence = new Presence(clock, stored.fleet());
        routersElsewhere = stored.fleet().routers();
        rollouts = new Rollouts(vertx, presence, image);
        routers = new RouterSessions(vertx, presence, store, limits.routersMax());
        nodes =
                new NodeSessions(
                        vertx,
                        store,
                        image,
                        presence,
                        rollouts,
                        routers,
                        new Tallies(vertx, new RolloutSteps(store, clock), image, meters),
                        limits.nodesMax(),
                        limits.logReadersMax(),
                        credentials.keys.announced(clock.millis()),
                        secrets,
                        meters);
        relays =
                new RelaySessions(vertx, limits.nodesMax(), credentials.behindRelay, nodes::accept);
        gauge(meters, "nodes.connected", "nodes with a session", NodeSessions::connected);
        gauge(meters, "nodes.behind", "nodes that wait for a snapshot", NodeSessions::behind);
        gauge(meters, "revision", "the log's head", n -> n.image().position().revision());
        gauge(meters, "log.readers", "readers of logs", n -> n.logs().readers());
        Gauge.builder("cress.control.routers.connected", routers, RouterSessions::connected)
                .description("routers with a session")
                .register(meters);
        Gauge.builder("cress.control.relays.connected", relays, RelaySessions::connected)
                .description("relays with a session")
                .register(meters);
        store.follow(stored, new News(credentials));
        vertx.setPeriodic(DEAL_EVERY.toMillis(), _ -> deal());
        deal();
        driver = new RolloutDriver(vertx, new RolloutSteps(store, clock), rollouts, meters);
    }

    /// What the store tells, and who has to know.
    private final class News implements StoreListener {
        private final Credentials credentials;

        private News(Credentials credentials) {
            this.credentials = credentials;
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
            credentials.tokens.apply(all).forEach(Sync.this::credentialRevoked);
        }

        @Override
        public void members(List<StoredMember> all, StoredKeys keys) {
            rotated(keys);
            Roll.Gone gone = credentials.members.apply(all);
            gone.credentials().forEach(Sync.this::credentialRevoked);
            gone.names().forEach(Sync.this::drop);
        }

        @Override
        public void secrets() {
            var _ = secretsChanged();
        }

        @Override
        public void fleet(FleetNews news) {
            routersElsewhere = news.routers();
            nodes.elsewhere(news);
        }
    }

    /// Tells nodes what they may run of each tenant's. When the store doesn't answer quotas stay.
    private void deal() {
        nodes.look();
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

    /// A node connected; the session ends when the credential is revoked.
    public void acceptNode(ServerWebSocket socket, Credential credential) {
        nodes.accept(new SocketPeer(vertx, socket, credential, pingEvery));
    }

    /// A router connected; the session ends when the credential is revoked.
    public void acceptRouter(ServerWebSocket socket, Credential credential) {
        routers.accept(new SocketPeer(vertx, socket, credential, pingEvery));
    }

    /// A relay connected; its session and those of all nodes behind it end when the credential is
    /// revoked.
    public void acceptRelay(ServerWebSocket socket, Credential credential) {
        relays.accept(new SocketPeer(vertx, socket, credential, pingEvery));
    }

    /// Relays that are connected to this server.
    public List<RelayStatus> relays() {
        return relays.list();
    }

    /// Ends the sessions that this credential opened.
    public void credentialRevoked(String id) {
        nodes.endAll(id);
        routers.endAll(id);
        relays.endAll(id);
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
        if (presence.isConnected(known(name))) {
            throw Refusal.of(
                    409,
                    "node-connected",
                    "Node connected",
                    "node " + name + " is connected: stop it first");
        }
        return drop(name, terms);
    }

    /// Forgets a node, if it is known, connected or not.
    public Future<Void> drop(String name) {
        return drop(name, Terms.NONE);
    }

    private Future<Void> drop(String name, Terms terms) {
        if (presence.node(name) == null) {
            return Future.succeededFuture();
        }
        presence.forget(name);
        rollouts.changed();
        routers.changed();
        return store.deleteNode(terms, name);
    }

    /// The signing keys are others now. Nodes hear of them before anything that they sign.
    public void rotated(StoredKeys keys) {
        var announced = keys.announced(clock.millis());
        if (nodes.keys().equals(announced) || keys.keys().isEmpty()) {
            return;
        }
        var key = keys.last();
        signer = new SigningKey(key.announced(), key.secret());
        image.signBy(signer::sign);
        nodes.keys(announced);
    }

    /// Vouches for an image by the key that signs what nodes are told.
    public SignedImage sign(SignedImage unsigned) {
        return signer.sign(unsigned);
    }

    /// The keys as nodes are told.
    public List<AnnouncedKey> keys() {
        return nodes.keys();
    }

    /// Has a node that is connected take nothing new.
    public Future<Void> drain(String name) {
        var node = known(name);
        if (!presence.isConnected(node)) {
            throw Refusal.of(
                    409,
                    "node-offline",
                    "Node offline",
                    "node " + name + " isn't connected: it can't be told");
        }
        return nodes.drain(name)
                ? Future.succeededFuture()
                : new Membership(store).askToDrain(name);
    }

    private NodePresence known(String name) {
        var node = presence.node(name);
        if (node == null) {
            throw Refusal.of(404, "unknown-node", "Unknown node", "there is no node " + name);
        }
        return node;
    }

    /// Has the store know what nodes were told of secrets, before what it is asked next.
    public void noteSecrets() {
        nodes.secrets().flush();
    }

    /// Secrets changed.
    ///
    /// @return when the nodes that are connected here have been told
    public Future<Void> secretsChanged() {
        return nodes.secrets().refresh();
    }

    /// Ends all sessions, so that peers know to come back elsewhere or later.
    public void close() {
        driver.close();
        nodes.close();
        relays.close();
        routers.close();
    }
}

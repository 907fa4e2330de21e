package dev.cress.control.sync;

import dev.cress.contract.AnnouncedKey;
import dev.cress.contract.ControlFrame;
import dev.cress.contract.FunctionName;
import dev.cress.contract.FunctionState;
import dev.cress.contract.Json;
import dev.cress.contract.Member;
import dev.cress.contract.NodeFrame;
import dev.cress.contract.NodeInfo;
import dev.cress.contract.Quota;
import dev.cress.contract.TenantName;
import dev.cress.control.store.FleetNews;
import dev.cress.control.store.Image;
import dev.cress.control.store.KnownNode;
import dev.cress.control.store.Revision;
import dev.cress.control.store.SecretKeeping;
import dev.cress.control.store.Store;

import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/// The nodes that are connected: the hello of each, fencing, and the push of every commit to all.
/// Lives on the event loop.
final class NodeSessions {
    /// Nodes that are remembered, connected or not.
    static final int KNOWN_MAX = 10_000;

    private static final Logger LOG = LoggerFactory.getLogger(NodeSessions.class);

    private final Hellos hellos;
    private final String routerKey;
    private final PresenceRows rows;
    private final FleetImage image;
    private final Presence presence;
    private final Rollouts rollouts;
    private final LogFollowers logs;
    private final SecretPush secrets;
    private final TenantRates rates = new TenantRates();
    private final Tallies tallies;
    private final RouterSessions routers;
    private final Placements placements;
    private final int nodesMax;
    private final PushMeters meters;

    private List<AnnouncedKey> keys;
    private final Map<String, NodeSession> sessions = new HashMap<>();

    NodeSessions(
            Vertx vertx,
            Store store,
            FleetImage image,
            Presence presence,
            Rollouts rollouts,
            RouterSessions routers,
            Tallies tallies,
            int nodesMax,
            int readersMax,
            List<AnnouncedKey> keys,
            SecretKeeping keeping,
            MeterRegistry meters) {
        placements = new Placements(presence, rollouts, image);
        routers.place(placements::table);
        secrets = new SecretPush(vertx, keeping, image, placements::hasMoved);
        rollouts.needSecrets(secrets::isNeeded);
        this.keys = keys;
        hellos = new Hellos(vertx, this::begin);
        routerKey = store.settings().routerKey();
        rows = new PresenceRows(vertx, store);
        this.image = image;
        this.presence = presence;
        this.rollouts = rollouts;
        this.routers = routers;
        this.tallies = tallies;
        this.nodesMax = nodesMax;
        this.meters = new PushMeters(meters);
        logs = new LogFollowers(readersMax, this::broadcast, this::knowing);
    }

    FleetImage image() {
        return image;
    }

    SecretPush secrets() {
        return secrets;
    }

    TenantRates rates() {
        return rates;
    }

    PushMeters meters() {
        return meters;
    }

    /// A second has passed: nodes let go of what has moved elsewhere.
    void look() {
        secrets.tick();
        List<FunctionState> moved = placements.look();
        for (FunctionState state : moved) {
            sessions.values().forEach(session -> placements.letGo(session, state));
        }
        if (!moved.isEmpty()) {
            secrets.moved();
        }
    }

    /// A second has passed: tells nodes what changed of what they may run.
    void deal(Optional<Map<TenantName, Quota>> quotas) {
        quotas.ifPresent(rates::quotas);
        if (!rates.isReady()) {
            return;
        }
        rates.elsewhere(presence.connected() - sessions.size());
        rates.tick()
                .forEach(
                        (name, limits) -> {
                            NodeSession session = sessions.get(name);
                            if (session != null) {
                                session.limit(limits);
                            }
                        });
    }

    void demanded(NodeInfo node, NodeFrame.Demand demand) {
        rates.asked(node.name(), demand);
        tallies.take(node.region(), demand.tallies());
    }

    LogFollowers logs() {
        return logs;
    }

    int connected() {
        return sessions.size();
    }

    long behind() {
        return sessions.values().stream().filter(NodeSession::isBehind).count();
    }

    /// A connection whose first frame must be a hello.
    void accept(Peer peer) {
        hellos.await(peer);
    }

    /// Who a node is says its certificate, if it has one.
    private static Optional<Member> another(Peer peer, NodeInfo said) {
        return peer.credential()
                .member()
                .filter(
                        member ->
                                !member.name().equals(said.name())
                                        || !member.region().equals(said.region()));
    }

    private void begin(Peer peer, NodeFrame.Hello hello) {
        String name = hello.node().name();
        var another = another(peer, hello.node());
        if (another.isPresent()) {
            LOG.error("{} says that it is {} in {}", another.get(), name, hello.node().region());
            peer.end(CloseCode.OTHER_IDENTITY, "the certificate is of " + another.get());
            return;
        }
        NodeSession other = sessions.get(name);
        if (other == null && sessions.size() >= nodesMax) {
            peer.end(
                    CloseCode.TOO_MANY,
                    "%d nodes are connected, at most %d".formatted(sessions.size(), nodesMax));
            return;
        }
        if (presence.node(name) == null && presence.nodes().size() >= KNOWN_MAX) {
            peer.end(CloseCode.TOO_MANY, "%d nodes are known, forget some".formatted(KNOWN_MAX));
            return;
        }
        var node = presence.connected(hello, peer.relay());
        var session = new NodeSession(peer, node, this, hello.tenants());
        sessions.put(name, session);
        if (other != null) {
            other.peer().end(CloseCode.FENCED, "another session of node " + name + " began");
        }
        peer.onText(session::received);
        peer.onDrain(
                () -> {
                    session.catchUp();
                    secrets.drained(session);
                });
        peer.onEnd(() -> ended(session));
        peer.send(Json.write(new ControlFrame.Welcome(routerKey, keys)));
        secrets.connected(session, hello.secretsKey());
        session.begin(hello.resume().revision(), image.resume(hello.resume(), hello.tenants()));
        rates.connected(name);
        logs.connected(session::knows, peer::send);
        LOG.info("node {} connected from revision {}", name, hello.resume().revision());
        rows.moved(node);
        heard();
        routers.changed();
    }

    private void ended(NodeSession session) {
        String name = session.node().info().name();
        logs.ended(name);
        secrets.ended(session);
        if (!sessions.remove(name, session)) {
            return;
        }
        LOG.info("node {} disconnected", name);
        rates.disconnected(name);
        presence.disconnected(session.node());
        rows.moved(session.node());
        heard();
        routers.changed();
    }

    /// Takes a commit and pushes it, encoded once.
    void committed(Revision revision) {
        FleetImage.Delta delta = image.apply(revision);
        long number = revision.position().revision();
        meters.committed(number);
        revision.change().changed().forEach(presence::retain);
        revision.change().removed().forEach(presence::forget);
        boolean placed = placements.changed(revision.change());
        secrets.changed(revision.change());
        sessions.values().forEach(session -> session.offer(number, delta));
        secrets.withdraw();
        if (placed) {
            // nodes that needn't have it are waited for no more
            heard();
            routers.changed();
        }
    }

    /// Nodes come back and are told by what they say of themselves what became of their log.
    void replaced(Image stored) {
        LOG.warn("the log was replaced: it ends at {} now", stored.position());
        image.replace(stored);
        placements.replaced();
        secrets.replaced();
        presence.retainOnly(stored.functions());
        meters.replaced();
        endAll(_ -> true, CloseCode.GOING_AWAY, "the log was replaced");
    }

    /// Takes what other servers know of nodes. A node that came back to one of them has left here.
    void elsewhere(FleetNews news) {
        var before = presence.directory();
        for (NodePresence node : presence.take(news)) {
            String name = node.info().name();
            NodeSession session = sessions.remove(name);
            if (session != null) {
                rates.left(name);
                session.peer().end(CloseCode.FENCED, "node " + name + " came to another server");
            }
        }
        news.nodes().stream()
                .filter(KnownNode::drainAsked)
                .forEach(known -> drain(known.info().name()));
        heard();
        if (!news.functions().isEmpty() || !presence.directory().equals(before)) {
            routers.changed();
        }
    }

    void acked(NodeSession session, long revision) {
        session.node().recorded(revision);
        rows.said(session.node());
        meters.acked(revision);
    }

    /// What a node says of versions that it needn't have is left aside: it would never be
    /// forgotten.
    void staged(NodeSession session, NodeFrame.Staging frame) {
        Objects.requireNonNull(frame.state());
        Objects.requireNonNull(frame.reason());
        boolean kept =
                image.function(frame.function())
                        .filter(state -> session.node().has(state, frame.version()))
                        .isPresent();
        if (kept) {
            session.node().staged(frame);
            rows.said(session.node(), frame.function());
            heard(frame.function());
        }
    }

    void serves(NodeSession session, NodeFrame.Serving frame) {
        FunctionName function = frame.function();
        var state = image.function(function);
        if (state.isPresent()) {
            session.node().serves(state.get(), frame.deployment());
            rows.said(session.node(), function);
            heard(function);
            if (placements.hasMoved(function)) {
                placements.letGo(session, state.get());
            }
        }
    }

    List<AnnouncedKey> keys() {
        return keys;
    }

    /// All nodes hear of other keys.
    void keys(List<AnnouncedKey> announced) {
        keys = announced;
        secrets.signedAnew();
        String frame = Json.write(new ControlFrame.Keys(announced));
        sessions.values().stream()
                .filter(NodeSession::isOfThisBuild)
                .forEach(session -> session.peer().send(frame));
    }

    /// Tells the node to drain.
    ///
    /// @return whether it has its session here
    boolean drain(String name) {
        NodeSession session = sessions.get(name);
        if (session == null || !session.isOfThisBuild()) {
            return false;
        }
        session.peer().send(Json.write(new ControlFrame.Drain()));
        return true;
    }

    void drains(NodeSession session) {
        session.node().drains();
        rows.said(session.node());
        heard();
        routers.changed();
    }

    private void heard() {
        rollouts.changed();
    }

    /// Something was heard of a node and a function.
    private void heard(FunctionName function) {
        heard();
        if (placements.has(function)) {
            routers.changed();
        }
    }

    private void broadcast(FunctionName function, String frame) {
        sessions.values().stream()
                .filter(session -> session.knows(function))
                .forEach(session -> session.peer().send(frame));
    }

    /// The names of the connected nodes that may have this function.
    private Set<String> knowing(FunctionName function) {
        return sessions.entrySet().stream()
                .filter(entry -> entry.getValue().knows(function))
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
    }

    void endAll(String credential) {
        hellos.endAll(credential);
        endAll(
                session -> session.peer().credential().id().equals(credential),
                CloseCode.REVOKED,
                "the credential was revoked");
    }

    void close() {
        for (NodeSession session : List.copyOf(sessions.values())) {
            presence.disconnected(session.node());
            rows.moved(session.node());
        }
        rows.close();
        secrets.flush();
        endAll(_ -> true, CloseCode.GOING_AWAY, "the control plane stops");
    }

    private void endAll(Predicate<NodeSession> which, CloseCode code, String why) {
        for (NodeSession session : List.copyOf(sessions.values())) {
            if (which.test(session)) {
                session.peer().end(code, why);
            }
        }
    }
}

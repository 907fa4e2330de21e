package dev.cress.control.sync;

import dev.cress.contract.ControlFrame.Secrets;
import dev.cress.contract.ControlFrame.Secrets.Name;
import dev.cress.contract.ControlFrame.Secrets.Value;
import dev.cress.contract.ControlFrame.SecretsKey;
import dev.cress.contract.FunctionName;
import dev.cress.contract.NodeInfo;
import dev.cress.control.store.Change;
import dev.cress.control.store.SecretKeeping;
import dev.cress.identity.DataKey;
import dev.cress.identity.Recipient;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/// Tells nodes the values of the secrets that [SecretNeeds] says their region needs, and of no
/// others: sealed under a key that lives as long as this and is itself sealed to each node as it
/// connects, and encoded once for all nodes that are told the same. Here values are seen sealed
/// only. A node that takes no secrets gets none. Lives on the event loop.
///
/// ```text
///   hello with a key ──▶ the key, sealed to the node ──▶ all that is named ──▶ what changes
///   a deployment names another: its value goes out before the deployment does, and what is named
///   no more is taken back after it, or, where the function has left, once it has moved
/// ```
final class SecretPush {
    /// Regions are few, and so is what their nodes have.
    private static final int WHOLES_MAX = 64;

    private static final Logger LOG = LoggerFactory.getLogger(SecretPush.class);

    private final Vertx vertx;
    private final SecretKeeping store;
    private final FleetImage image;
    private final SecretHolders holders;
    private final DataKey key = DataKey.fresh();

    /// Every secret that there is.
    private final Map<Name, Value> values = new HashMap<>();

    private final SecretNeeds needs;
    private final Map<NodeSession, Reader> readers = new LinkedHashMap<>();

    /// Frames with all that a node needs, by what that is: nodes of one region need the same.
    private final Map<Set<Name>, Step> wholes = new HashMap<>();

    private long known = -1;
    private boolean current;
    private boolean looking;

    /// Whether the log's last change may leave nodes with what they needn't have.
    private boolean unneeded;

    private @Nullable Promise<Void> next;

    /// A node that takes secrets, and how far it is.
    private static final class Reader {
        private final String publicKey;

        /// What it was told and not to forget; never changed, so that nodes share it.
        private Map<Name, Value> has = Map.of();

        private boolean keyed;
        private boolean behind;

        private Reader(String publicKey) {
            this.publicKey = publicKey;
        }
    }

    /// @param hasMoved as in [SecretNeeds]
    SecretPush(
            Vertx vertx, SecretKeeping store, FleetImage image, Predicate<FunctionName> hasMoved) {
        this.vertx = vertx;
        this.store = store;
        this.image = image;
        needs = new SecretNeeds(hasMoved);
        holders = new SecretHolders(vertx, store);
        image.functions().forEach(needs::put);
        refresh();
    }

    /// Whether a function's versions of a region name a secret that there is.
    boolean isNeeded(FunctionName function, String region) {
        return needs.of(function, region).anyMatch(values::containsKey);
    }

    /// Secrets changed, here or on another server.
    ///
    /// @return when the nodes that are connected here have been told
    Future<Void> refresh() {
        if (looking) {
            // one look at a time; whoever asks meanwhile needs the one after
            Promise<Void> after = next == null ? Promise.promise() : next;
            next = after;
            return after.future();
        }
        looking = true;
        return store.since(known, key)
                .compose(told -> told.map(this::take).orElseGet(Future::succeededFuture))
                .onComplete(this::looked, this::failed);
    }

    private void looked(@Nullable Void nothing) {
        boolean first = !current;
        current = true;
        if (first) {
            List.copyOf(readers.keySet()).forEach(this::introduce);
        }
        lookAgain();
    }

    private void failed(Throwable e) {
        LOG.warn("secrets can't be read: {}", e.getMessage());
        current = false;
        lookAgain();
    }

    private void lookAgain() {
        looking = false;
        var waits = next;
        if (waits != null) {
            next = null;
            refresh().onComplete(waits);
        }
    }

    /// A second has passed.
    void tick() {
        if (!current && !looking) {
            refresh();
        }
    }

    private Future<Void> take(SecretKeeping.Told told) {
        known = told.change();
        var gone = new HashSet<>(values.keySet());
        gone.removeAll(told.all());
        gone.forEach(values::remove);
        told.changed().forEach(value -> values.put(value.secret(), value));
        wholes.clear();
        tell(true);
        if (values.isEmpty() || !current) {
            return Future.succeededFuture();
        }
        return Future.join(
                        readers.keySet().stream()
                                .filter(session -> !isKeyed(session))
                                .map(this::giveKey)
                                .toList())
                .mapEmpty();
    }

    private boolean isKeyed(NodeSession session) {
        var reader = readers.get(session);
        return reader != null && reader.keyed;
    }

    /// A node begins its session.
    ///
    /// @param publicKey to which its key is to be sealed, empty if it takes no secrets
    void connected(NodeSession session, String publicKey) {
        if (publicKey.isEmpty()) {
            return;
        }
        readers.put(session, new Reader(publicKey));
        if (current) {
            introduce(session);
        }
    }

    void ended(NodeSession session) {
        readers.remove(session);
    }

    /// A fleet without secrets seals nothing.
    private void introduce(NodeSession session) {
        if (values.isEmpty()) {
            session.peer().send(image.signed(new Secrets(true, "", List.of(), List.of())));
        } else {
            giveKey(session);
        }
    }

    private Future<Void> giveKey(NodeSession session) {
        Reader reader = readers.get(session);
        if (reader == null) {
            return Future.succeededFuture();
        }
        String node = session.node().info().name();
        return vertx.executeBlocking(() -> sealedKey(reader.publicKey, node), false)
                .compose(wrapped -> had(session).map(had -> introduce(session, wrapped, had)))
                .otherwise(
                        e -> {
                            LOG.error("node {} gets no secrets: {}", node, e.getMessage());
                            return null;
                        });
    }

    /// What the node was told before, if that matters, without values: it keeps what it may still
    /// serve with.
    private Future<Map<Name, Value>> had(NodeSession session) {
        NodeInfo node = session.node().info();
        return needs.of(node.region()).leaving().isEmpty()
                ? Future.succeededFuture(Map.of())
                : store.held(node.name()).map(SecretPush::unread);
    }

    private static Map<Name, Value> unread(Map<Name, Integer> held) {
        var had = new HashMap<Name, Value>();
        held.forEach((name, version) -> had.put(name, new Value(name, version, "")));
        return had;
    }

    private @Nullable Void introduce(NodeSession session, String wrapped, Map<Name, Value> had) {
        Reader reader = readers.get(session);
        if (reader != null && !reader.keyed) {
            reader.keyed = true;
            reader.has = had;
            session.peer().send(image.signed(new SecretsKey(key.id(), wrapped)));
            sendWhole(session, reader);
        }
        return null;
    }

    private String sealedKey(String publicKey, String node) {
        byte[] sealed = Recipient.seal(publicKey, key.bytes(), SecretsKey.context(key.id(), node));
        return Base64.getEncoder().encodeToString(sealed);
    }

    /// What the node is to have now.
    private Map<Name, Value> wanted(String region, Map<Name, Value> has) {
        var wanted = new HashMap<Name, Value>();
        SecretNeeds.OfRegion needed = needs.of(region);
        for (Name name : needed.named()) {
            add(name, wanted);
        }
        for (Name name : needed.leaving()) {
            if (has.containsKey(name)) {
                add(name, wanted);
            }
        }
        return wanted;
    }

    private void add(Name name, Map<Name, Value> wanted) {
        Value value = values.get(name);
        if (value != null) {
            wanted.put(name, value);
        }
    }

    private void sendWhole(NodeSession session, Reader reader) {
        var wanted = wanted(session.node().info().region(), reader.has);
        if (wholes.size() >= WHOLES_MAX) {
            wholes.clear();
        }
        Step whole = wholes.computeIfAbsent(wanted.keySet(), _ -> whole(wanted));
        session.peer().send(whole.frame);
        reader.has = whole.has;
        holders.whole(session.node().info().name(), whole.told);
    }

    private Step whole(Map<Name, Value> wanted) {
        var all = List.copyOf(wanted.values());
        String frame = image.signed(new Secrets(true, key.id(), all, List.of()));
        return new Step(frame, Map.copyOf(wanted), all, List.of());
    }

    /// The keys that sign are others now.
    void signedAnew() {
        wholes.clear();
    }

    /// The log goes on: to be called before nodes hear of it, and [#withdraw] once they have.
    void changed(Change change) {
        boolean others = false;
        for (var state : change.changed()) {
            others |= needs.put(state);
        }
        for (FunctionName name : change.removed()) {
            others |= needs.remove(name);
        }
        if (others) {
            unneeded = true;
            tell(false);
        }
    }

    /// Nodes forget what they no longer need.
    void withdraw() {
        if (unneeded) {
            unneeded = false;
            tell(true);
        }
    }

    /// Functions have moved from regions that had them before.
    void moved() {
        needs.moved();
        tell(true);
    }

    /// The log was replaced.
    void replaced() {
        needs.clear();
        image.functions().forEach(needs::put);
    }

    /// What a node is told that has less or more than it shall.
    ///
    /// @param frame empty if nothing
    /// @param has what it has then
    private record Step(String frame, Map<Name, Value> has, List<Value> told, List<Name> taken) {}

    /// To all that have the key; who can't keep up gets everything as soon as it does.
    ///
    /// @param all whether what they no longer need is taken back as well
    private void tell(boolean all) {
        var steps = new HashMap<String, Map<Map<Name, Value>, Step>>();
        for (NodeSession session : new ArrayList<>(readers.keySet())) {
            Reader reader = readers.get(session);
            if (reader == null || !reader.keyed || reader.behind) {
                continue;
            }
            String region = session.node().info().region();
            Step step =
                    steps.computeIfAbsent(region, _ -> new HashMap<>())
                            .computeIfAbsent(reader.has, has -> step(region, has, all));
            if (step.frame.isEmpty()) {
                continue;
            }
            if (session.peer().slow()) {
                reader.behind = true;
                continue;
            }
            session.peer().send(step.frame);
            reader.has = step.has;
            holders.told(session.node().info().name(), step.told, step.taken);
        }
    }

    private Step step(String region, Map<Name, Value> has, boolean all) {
        var wanted = wanted(region, has);
        var told =
                wanted.values().stream()
                        .filter(value -> !value.equals(has.get(value.secret())))
                        .toList();
        List<Name> taken =
                all
                        ? has.keySet().stream().filter(name -> !wanted.containsKey(name)).toList()
                        : List.of();
        if (told.isEmpty() && taken.isEmpty()) {
            return new Step("", has, told, taken);
        }
        var next = new HashMap<>(has);
        taken.forEach(next::remove);
        told.forEach(value -> next.put(value.secret(), value));
        String frame = image.signed(new Secrets(false, key.id(), told, taken));
        return new Step(frame, Map.copyOf(next), told, taken);
    }

    /// The node's socket takes more.
    void drained(NodeSession session) {
        var reader = readers.get(session);
        if (reader != null && reader.behind) {
            reader.behind = false;
            sendWhole(session, reader);
        }
    }

    /// Notes now what nodes were told.
    void flush() {
        holders.flush();
    }
}

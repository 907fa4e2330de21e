package dev.cress.control.sync;

import dev.cress.contract.ControlFrame.Secrets;
import dev.cress.contract.ControlFrame.Secrets.Name;
import dev.cress.contract.ControlFrame.Secrets.Value;
import dev.cress.contract.ControlFrame.SecretsKey;
import dev.cress.contract.FunctionName;
import dev.cress.contract.FunctionState;
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
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Tells nodes the values of the secrets that their functions name, and of no others. All functions
/// are placed on all nodes, so all nodes are told the same, encoded once: sealed under a key that
/// lives as long as this and is itself sealed to each node as it connects. Here values are seen
/// sealed only. A node that takes no secrets gets none. Lives on the event loop.
///
/// ```
///   hello with a key ──▶ the key, sealed to the node ──▶ all that is named ──▶ what changes
///   a deployment names another: its value goes out before the deployment does
/// ```
final class SecretPush {
    private static final Logger LOG = LoggerFactory.getLogger(SecretPush.class);

    private final Vertx vertx;
    private final SecretKeeping store;
    private final FleetImage image;
    private final SecretHolders holders;
    private final DataKey key = DataKey.fresh();

    /// Every secret that there is.
    private final Map<Name, Value> values = new HashMap<>();

    /// What functions name of them, there or not.
    private final Map<FunctionName, Set<Name>> naming = new HashMap<>();

    private final Map<NodeSession, Reader> readers = new LinkedHashMap<>();
    private @Nullable String whole;
    private long known = -1;
    private boolean current;
    private boolean looking;
    private @Nullable Promise<Void> next;

    /// A node that takes secrets, and how far it is.
    private static final class Reader {
        private final String publicKey;
        private boolean keyed;
        private boolean behind;

        private Reader(String publicKey) {
            this.publicKey = publicKey;
        }
    }

    SecretPush(Vertx vertx, SecretKeeping store, FleetImage image) {
        this.vertx = vertx;
        this.store = store;
        this.image = image;
        holders = new SecretHolders(vertx, store);
        image.functions().forEach(state -> naming.put(state.name(), named(state)));
        refresh();
    }

    private static Set<Name> named(FunctionState state) {
        return state.versions().stream()
                .flatMap(version -> version.manifest().grants().secrets().stream())
                .map(name -> new Name(state.name().tenant(), name))
                .collect(Collectors.toSet());
    }

    /// Whether a function names a secret that there is.
    boolean isNeeded(FunctionName function) {
        return naming.getOrDefault(function, Set.of()).stream().anyMatch(values::containsKey);
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
        whole = null;
        var all = named();
        var changed =
                told.changed().stream().filter(value -> all.contains(value.secret())).toList();
        tell(changed, gone.stream().filter(all::contains).toList());
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

    private Set<Name> named() {
        return naming.values().stream().flatMap(Set::stream).collect(Collectors.toSet());
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
                .map(
                        wrapped -> {
                            if (readers.get(session) == reader && !reader.keyed) {
                                reader.keyed = true;
                                var frame = new SecretsKey(key.id(), wrapped);
                                session.peer().send(image.signed(frame));
                                sendWhole(session);
                            }
                            return (Void) null;
                        })
                .otherwise(
                        e -> {
                            LOG.error("node {} gets no secrets: {}", node, e.getMessage());
                            return null;
                        });
    }

    private String sealedKey(String publicKey, String node) {
        byte[] sealed = Recipient.seal(publicKey, key.bytes(), SecretsKey.context(key.id(), node));
        return Base64.getEncoder().encodeToString(sealed);
    }

    private void sendWhole(NodeSession session) {
        var all = named().stream().map(values::get).filter(value -> value != null).toList();
        String frame = whole;
        if (frame == null) {
            frame = image.signed(new Secrets(true, key.id(), all, List.of()));
            whole = frame;
        }
        session.peer().send(frame);
        holders.told(session.node().info().name(), all);
    }

    /// The keys that sign are others now.
    void signedAnew() {
        whole = null;
    }

    /// The log goes on: to be called before nodes hear of it.
    ///
    /// @return what no function names any more, for [#withdraw] once they have
    List<Name> changed(Change change) {
        var unnamed = new LinkedHashSet<Name>();
        change.changed().forEach(state -> unnamed.addAll(deployed(state)));
        change.removed().forEach(name -> unnamed.addAll(deleted(name)));
        // one function of several may name what another no longer does
        unnamed.removeAll(named());
        return List.copyOf(unnamed);
    }

    private List<Name> deployed(FunctionState state) {
        var fresh = named(state);
        if (fresh.isEmpty() && !naming.containsKey(state.name())) {
            return List.of();
        }
        var before = named();
        naming.put(state.name(), fresh);
        if (fresh.isEmpty()) {
            naming.remove(state.name());
        }
        whole = null;
        tell(
                fresh.stream()
                        .filter(name -> !before.contains(name))
                        .flatMap(name -> Stream.ofNullable(values.get(name)))
                        .toList(),
                List.of());
        return unnamed(before);
    }

    private List<Name> deleted(FunctionName function) {
        if (!naming.containsKey(function)) {
            return List.of();
        }
        var before = named();
        naming.remove(function);
        whole = null;
        return unnamed(before);
    }

    private List<Name> unnamed(Set<Name> before) {
        var now = named();
        return before.stream().filter(name -> !now.contains(name)).toList();
    }

    /// Nodes forget these.
    void withdraw(List<Name> names) {
        tell(List.of(), names.stream().filter(values::containsKey).toList());
    }

    /// The log was replaced.
    void replaced(Stream<FunctionState> functions) {
        naming.clear();
        functions.forEach(state -> naming.put(state.name(), named(state)));
        whole = null;
    }

    /// To all that have the key; who can't keep up gets everything as soon as it does.
    private void tell(List<Value> changed, List<Name> removed) {
        if ((changed.isEmpty() && removed.isEmpty()) || readers.isEmpty()) {
            return;
        }
        String frame = image.signed(new Secrets(false, key.id(), changed, removed));
        for (NodeSession session : new ArrayList<>(readers.keySet())) {
            Reader reader = readers.get(session);
            if (reader == null || !reader.keyed) {
                continue;
            }
            if (session.peer().slow()) {
                reader.behind = true;
            } else if (!reader.behind) {
                session.peer().send(frame);
                holders.told(session.node().info().name(), changed);
            }
        }
    }

    /// The node's socket takes more.
    void drained(NodeSession session) {
        var reader = readers.get(session);
        if (reader != null && reader.behind) {
            reader.behind = false;
            sendWhole(session);
        }
    }

    /// Notes now what nodes were told.
    void flush() {
        holders.flush();
    }
}

package dev.cress.control.store;

import dev.cress.contract.ControlFrame.Secrets.Name;
import dev.cress.contract.ControlFrame.Secrets.Value;
import dev.cress.contract.SecretsApi.HeldSecret;
import dev.cress.contract.SecretsApi.SecretInfo;
import dev.cress.contract.SecretsApi.SecretsKeyRotated;
import dev.cress.contract.TenantName;
import dev.cress.identity.DataKey;
import dev.cress.identity.IdentityException;

import io.vertx.core.Future;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// Tenants' secrets, whose values are sealed in the store and nowhere said again but to nodes. May
/// be called from any thread.
public final class SecretKeeping {
    private static final Logger LOG = LoggerFactory.getLogger(SecretKeeping.class);

    private final Store store;
    private final SecretKeys keys;
    private final InstantSource clock;

    private SecretKeeping(Store store, SecretKeys keys, InstantSource clock) {
        this.store = store;
        this.keys = keys;
        this.clock = clock;
    }

    /// Refuses keys under which the store's secrets can't be read: a [StoreException] says what to
    /// do. Blocks.
    public static SecretKeeping open(Store store, SecretKeys keys, InstantSource clock) {
        store.changeNow(
                tables -> {
                    requireKey(new SecretRows(tables), keys);
                    return keys;
                });
        return new SecretKeeping(store, keys, clock);
    }

    private static void requireKey(SecretRows rows, SecretKeys keys) {
        Optional<String> used = rows.key();
        if (used.isPresent() && !keys.isEmpty() && keys.find(used.get()).isPresent()) {
            return;
        }
        boolean any = rows.count() > 0;
        if (used.isEmpty() || (!any && keys.isOwn())) {
            if (!keys.isEmpty()) {
                rows.key(keys.first().id());
            }
            return;
        }
        if (any || !keys.isEmpty()) {
            throw new StoreException(
                    StoreException.Kind.UNUSABLE,
                    """
                    its secrets are sealed with key %s, and %s: start with the key that was kept \
                    for it (--secrets-key FILE or CRESS_SECRETS_KEY), or, if it is lost, take the \
                    secrets out with cress store forget-secrets and set them anew\
                    """
                            .formatted(
                                    used.get(),
                                    keys.isEmpty() ? keys.where() : keys.where() + " hasn't that"));
        }
    }

    /// Takes all secrets out of a store that no server uses, and which key they had. Blocks.
    ///
    /// @return how many went
    public static long forget(StoreLocation location) {
        try (var database = Database.open(Dialect.of(location))) {
            return database.write(
                    transaction -> {
                        var tables = Tables.in(transaction);
                        var rows = new SecretRows(tables);
                        long count = rows.count();
                        rows.deleteAll(null);
                        transaction.update("DELETE FROM setting WHERE name = 'secrets_key'");
                        return count;
                    });
        }
    }

    /// A tenant's, by name.
    ///
    /// @param after the name that they follow, or empty
    public Future<List<SecretInfo>> list(TenantName tenant, String after, int count) {
        return store.read(tables -> new SecretRows(tables).list(tenant, after, count));
    }

    public Future<SecretInfo> get(Name secret) {
        return store.read(tables -> new SecretRows(tables).info(secret));
    }

    /// Gives a secret its next value.
    public Future<SecretInfo> put(Terms terms, Name secret, byte[] value) {
        return store.change(
                terms.on(
                        SecretInfo.class,
                        tables -> {
                            var rows = new SecretRows(tables);
                            rows.requireMatch(secret, terms.ifMatch());
                            return rows.put(secret, value, inUse(rows), clock.millis());
                        }));
    }

    private DataKey inUse(SecretRows rows) {
        if (keys.isEmpty()) {
            throw Refusal.conflict(
                    "no-secrets-key",
                    "No key for secrets",
                    "this control plane was given no key for secrets: start all that share the"
                            + " store with the same --secrets-key FILE or CRESS_SECRETS_KEY");
        }
        String id = rows.key().orElse(keys.first().id());
        rows.key(id);
        return find(id);
    }

    private DataKey find(String id) {
        return keys.find(id)
                .orElseThrow(
                        () ->
                                Refusal.conflict(
                                        "no-secrets-key",
                                        "No key for secrets",
                                        "secrets are sealed with key %s, which %s hasn't"
                                                .formatted(id, keys.where())));
    }

    /// Takes a secret away that no retained deployment names.
    public Future<SecretInfo> delete(Terms terms, Name secret) {
        return store.change(
                terms.on(
                        SecretInfo.class,
                        tables -> {
                            var rows = new SecretRows(tables);
                            rows.requireMatch(secret, terms.ifMatch());
                            return rows.delete(secret);
                        }));
    }

    /// Seals all under another key: a fresh one where the program keeps its keys itself, else the
    /// first of the operator's. The old one is forgotten where it was the program's.
    public Future<SecretsKeyRotated> rotate(Terms terms) {
        DataKey fresh = DataKey.fresh();
        return store.change(
                        terms.on(
                                SecretsKeyRotated.class,
                                tables -> {
                                    var rows = new SecretRows(tables);
                                    DataKey next = next(rows, fresh);
                                    return new SecretsKeyRotated(
                                            next.id(), rows.rewrap(next, this::find));
                                }))
                .compose(rotated -> store.aside(_ -> forgetOthers(rotated)));
    }

    private SecretsKeyRotated forgetOthers(SecretsKeyRotated rotated) {
        if (keys.isOwn() && keys.find(rotated.key()).isPresent()) {
            keys.keepOnly(rotated.key());
        }
        return rotated;
    }

    private DataKey next(SecretRows rows, DataKey fresh) {
        if (keys.isOwn()) {
            keys.add(fresh);
            return fresh;
        }
        if (!keys.isEmpty()) {
            keys.reload();
        }
        DataKey used = inUse(rows);
        if (keys.first().id().equals(used.id())) {
            throw Refusal.conflict(
                    "no-next-key",
                    "No next key",
                    "key %s is in use and the first of %s: put another before it, for all that share the store, and rotate again"
                            .formatted(used.id(), keys.where()));
        }
        return keys.first();
    }

    /// What nodes may have to be told.
    ///
    /// @param change counts the changes that led there
    /// @param all every secret that there is
    /// @param changed those with another value than before, sealed for nodes
    public record Told(long change, Set<Name> all, List<Value> changed) {
        public Told {
            all = Set.copyOf(all);
            changed = List.copyOf(changed);
        }
    }

    /// What changed since, with its values under this key.
    public Future<Optional<Told>> since(long change, DataKey under) {
        return store.read(
                tables -> {
                    long now = tables.heads().count(Heads.Side.SECRETS);
                    if (now == change) {
                        return Optional.empty();
                    }
                    var rows = new SecretRows(tables);
                    // a count that went back is that of another database
                    var changed = rows.changed(now > change ? change : -1);
                    return Optional.of(
                            new Told(now, Set.copyOf(rows.names()), sealed(changed, under)));
                });
    }

    private List<Value> sealed(List<SecretRows.Row> rows, DataKey under) {
        var sealed = new ArrayList<Value>();
        for (SecretRows.Row row : rows) {
            Name secret = row.secret();
            try {
                byte[] plain = row.open(find(row.key()));
                String context = Value.context(secret, row.version());
                String text = Base64.getEncoder().encodeToString(under.seal(plain, context));
                sealed.add(new Value(secret, row.version(), text));
            } catch (Refusal | IdentityException e) {
                LOG.error(
                        "secret {} of tenant {} can't be opened, nodes don't get it: {}",
                        secret.name(),
                        secret.tenant(),
                        e.getMessage());
            }
        }
        return sealed;
    }

    /// What became of the secrets of a node.
    ///
    /// @param whole whether it forgets all but these
    /// @param told what it has now, and its versions
    /// @param taken what it forgets
    public record Held(boolean whole, Map<Name, Integer> told, Set<Name> taken) {
        public Held {
            told = Map.copyOf(told);
            taken = Set.copyOf(taken);
        }
    }

    /// Notes what nodes were told, by node.
    public Future<Void> held(Map<String, Held> byNode) {
        return store.aside(
                        tables -> {
                            byNode.forEach(new HeldRows(tables)::note);
                            return byNode;
                        })
                .mapEmpty();
    }

    /// What a node was told and not to forget, and which versions.
    public Future<Map<Name, Integer>> held(String node) {
        return store.read(
                tables ->
                        new HeldRows(tables)
                                .of(node).stream()
                                        .collect(
                                                Collectors.toUnmodifiableMap(
                                                        each ->
                                                                new Name(
                                                                        each.tenant(), each.name()),
                                                        HeldSecret::version)));
    }
}

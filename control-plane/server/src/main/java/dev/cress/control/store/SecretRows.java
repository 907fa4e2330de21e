package dev.cress.control.store;

import dev.cress.contract.ControlFrame.Secrets.Name;
import dev.cress.contract.FunctionName;
import dev.cress.contract.FunctionState;
import dev.cress.contract.Json;
import dev.cress.contract.SecretsApi.SecretInfo;
import dev.cress.contract.TenantName;
import dev.cress.contract.Version;
import dev.cress.identity.DataKey;

import org.jspecify.annotations.Nullable;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/// Secrets, each value sealed under a key of its own, and that under one of [SecretKeys]. Lives as
/// long as one transaction.
final class SecretRows {
    /// Secrets of one tenant, and of all.
    static final int PER_TENANT_MAX = 100;

    static final int SECRETS_MAX = 2_000;

    /// Bytes of all values of one tenant, and of all tenants: every node keeps them in memory.
    static final long TENANT_BYTES_MAX = 1 << 20;

    static final long BYTES_MAX = 16 << 20;

    /// The setting that says which key is in use.
    private static final String KEY = "secrets_key";

    private static final String COLUMNS =
            "SELECT tenant, name, version, key, data_key, sealed, updated_at_ms, changed FROM"
                    + " secret ";

    private final Tables tables;
    private final Transaction transaction;

    SecretRows(Tables tables) {
        this.tables = tables;
        transaction = tables.transaction();
    }

    /// A secret as it is stored.
    ///
    /// @param key the id of the key that sealed the data key
    /// @param changed the count of changes with its last one
    record Row(
            Name secret,
            int version,
            String key,
            String dataKey,
            String sealed,
            long updatedAtMs,
            long changed) {
        /// What the value and its key are sealed as: rows can't be swapped.
        private String context() {
            return context(secret, version);
        }

        private static String context(Name secret, int version) {
            return "cress secret at rest\n%s\n%s\n%d"
                    .formatted(secret.tenant(), secret.name(), version);
        }

        /// The value.
        ///
        /// @param under the key that sealed the data key
        byte[] open(DataKey under) {
            return dataKey(under).open(Base64.getDecoder().decode(sealed), context());
        }

        private DataKey dataKey(DataKey under) {
            return DataKey.of(under.open(Base64.getDecoder().decode(dataKey), context()));
        }

        @Override
        public String toString() {
            return "Row[%s %d]".formatted(secret, version);
        }
    }

    private static Row read(ResultSet row) throws SQLException {
        return new Row(
                new Name(new TenantName(row.getString(1)), row.getString(2)),
                row.getInt(3),
                row.getString(4),
                row.getString(5),
                row.getString(6),
                row.getLong(7),
                row.getLong(8));
    }

    /// The id of the key in use, if one ever was.
    Optional<String> key() {
        return transaction.first(
                "SELECT value FROM setting WHERE name = ?", row -> row.getString(1), KEY);
    }

    void key(String id) {
        transaction.update(
                """
                INSERT INTO setting (name, value) VALUES (?, ?)
                ON CONFLICT (name) DO UPDATE SET value = excluded.value\
                """,
                KEY,
                id);
    }

    long count() {
        return transaction.count("SELECT count(*) FROM secret");
    }

    Optional<Row> find(Name secret) {
        return transaction.first(
                COLUMNS + "WHERE tenant = ? AND name = ?",
                SecretRows::read,
                secret.tenant().value(),
                secret.name());
    }

    /// Those that changed after this count.
    List<Row> changed(long after) {
        return transaction.list(COLUMNS + "WHERE changed > ?", SecretRows::read, after);
    }

    List<Name> names() {
        return transaction.list(
                "SELECT tenant, name FROM secret",
                row -> new Name(new TenantName(row.getString(1)), row.getString(2)));
    }

    /// A tenant's, by name.
    List<SecretInfo> list(TenantName tenant, String after, int count) {
        tables.tenants().quota(tenant);
        var naming = naming(tenant);
        return transaction
                .list(
                        COLUMNS + "WHERE tenant = ? AND name > ? ORDER BY name LIMIT ?",
                        SecretRows::read,
                        tenant.value(),
                        after,
                        count)
                .stream()
                .map(row -> info(row, naming))
                .toList();
    }

    SecretInfo info(Name secret) {
        tables.tenants().quota(secret.tenant());
        return info(find(secret).orElseThrow(() -> unknown(secret)), naming(secret.tenant()));
    }

    private static SecretInfo info(Row row, Map<String, Map<FunctionName, List<Integer>>> naming) {
        var functions = naming.getOrDefault(row.secret.name(), Map.of()).keySet();
        return new SecretInfo(
                row.secret.tenant(),
                row.secret.name(),
                row.version,
                row.updatedAtMs,
                functions.stream().sorted().toList());
    }

    static Refusal unknown(Name secret) {
        return Refusal.of(
                404,
                "unknown-secret",
                "Unknown secret",
                "tenant %s has no secret %s".formatted(secret.tenant(), secret.name()));
    }

    /// Which retained versions name a tenant's secrets, by secret and function.
    private Map<String, Map<FunctionName, List<Integer>>> naming(TenantName tenant) {
        var naming = new HashMap<String, Map<FunctionName, List<Integer>>>();
        for (FunctionState state : tables.functions().states()) {
            if (!state.name().tenant().equals(tenant)) {
                continue;
            }
            for (Version version : state.versions()) {
                for (String name : version.manifest().grants().secrets()) {
                    naming.computeIfAbsent(name, _ -> new HashMap<>())
                            .computeIfAbsent(state.name(), _ -> new ArrayList<>())
                            .add(version.number());
                }
            }
        }
        return naming;
    }

    void requireMatch(Name secret, @Nullable String ifMatch) {
        if (ifMatch == null) {
            return;
        }
        if (find(secret).isEmpty()) {
            throw Refusal.moved("there is no secret %s".formatted(secret.name()), Map.of());
        }
        String tag = EntityTags.of(Json.write(info(secret)));
        if (!EntityTags.match(ifMatch, tag)) {
            throw Refusal.moved(
                    "%s is %s now, not %s".formatted(secret.name(), tag, ifMatch),
                    Map.of("etag", tag));
        }
    }

    /// Stores a value in the place of the one before.
    SecretInfo put(Name secret, byte[] value, DataKey under, long nowMs) {
        tables.tenants().quota(secret.tenant());
        var before = find(secret);
        requireRoom(secret, before.isPresent(), value.length);
        int version = before.map(Row::version).orElse(0) + 1;
        String context = Row.context(secret, version);
        DataKey dataKey = DataKey.fresh();
        transaction.update(
                """
                INSERT INTO secret
                  (tenant, name, version, key, data_key, sealed, bytes, updated_at_ms, changed)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (tenant, name) DO UPDATE
                SET version = excluded.version, key = excluded.key, data_key = excluded.data_key,
                  sealed = excluded.sealed, bytes = excluded.bytes,
                  updated_at_ms = excluded.updated_at_ms, changed = excluded.changed\
                """,
                secret.tenant().value(),
                secret.name(),
                version,
                under.id(),
                base64(under.seal(dataKey.bytes(), context)),
                base64(dataKey.seal(value, context)),
                value.length,
                nowMs,
                tables.heads().advance(Heads.Side.SECRETS));
        return info(secret);
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    private void requireRoom(Name secret, boolean replaces, int bytes) {
        String tenant = secret.tenant().value();
        if (bytes > SecretInfo.VALUE_BYTES_MAX) {
            throw Refusal.tooLarge(
                    "secret", bytes + " bytes", SecretInfo.VALUE_BYTES_MAX + " bytes");
        }
        long own = transaction.count("SELECT count(*) FROM secret WHERE tenant = ?", tenant);
        if (!replaces && own >= PER_TENANT_MAX) {
            throw Refusal.quota(
                    secret.tenant(), "secrets", String.valueOf(own), PER_TENANT_MAX + "");
        }
        if (!replaces && count() >= SECRETS_MAX) {
            throw full("the fleet has %d secrets, at most %d".formatted(count(), SECRETS_MAX));
        }
        long others =
                transaction.count(
                        "SELECT coalesce(sum(bytes), 0) FROM secret WHERE tenant = ? AND name <> ?",
                        tenant,
                        secret.name());
        if (others + bytes > TENANT_BYTES_MAX) {
            throw Refusal.quota(
                    secret.tenant(),
                    "secrets",
                    "%d + %d bytes".formatted(others, bytes),
                    TENANT_BYTES_MAX + " bytes");
        }
        long all = transaction.count("SELECT coalesce(sum(bytes), 0) FROM secret");
        if (all + bytes > BYTES_MAX) {
            throw full(
                    "the fleet's secrets have %d bytes, with this at most %d"
                            .formatted(all, BYTES_MAX));
        }
    }

    private static Refusal full(String why) {
        return Refusal.conflict("too-many-secrets", "Too many secrets", why);
    }

    /// Takes one away that no retained version names.
    SecretInfo delete(Name secret) {
        SecretInfo info = info(secret);
        var naming = naming(secret.tenant()).getOrDefault(secret.name(), Map.of());
        if (!naming.isEmpty()) {
            String by =
                    naming.entrySet().stream()
                            .map(
                                    each ->
                                            "%s %s"
                                                    .formatted(
                                                            each.getKey(),
                                                            versions(each.getValue())))
                            .sorted()
                            .collect(Collectors.joining(", "));
            throw Refusal.conflict(
                    "secret-in-use",
                    "Secret in use",
                    "%s is named by what serves or is kept for going back to: %s"
                            .formatted(secret.name(), by));
        }
        tables.heads().advance(Heads.Side.SECRETS);
        String tenant = secret.tenant().value();
        transaction.update(
                "DELETE FROM secret WHERE tenant = ? AND name = ?", tenant, secret.name());
        transaction.update(
                "DELETE FROM secret_held WHERE tenant = ? AND name = ?", tenant, secret.name());
        return info;
    }

    private static String versions(List<Integer> numbers) {
        String all =
                numbers.stream().sorted().map(String::valueOf).collect(Collectors.joining(", "));
        return (numbers.size() == 1 ? "version " : "versions ") + all;
    }

    /// Takes all of a tenant's away, or everybody's.
    void deleteAll(@Nullable TenantName tenant) {
        tables.heads().advance(Heads.Side.SECRETS);
        String whose = tenant == null ? "" : tenant.value();
        for (String table : List.of("secret", "secret_held")) {
            transaction.update(
                    "DELETE FROM " + table + " WHERE ? = '' OR tenant = ?", whose, whose);
        }
    }

    /// Has the key of each secret sealed under another.
    ///
    /// @param under finds a key by its id
    /// @return how many were under others
    int rewrap(DataKey next, Function<String, DataKey> under) {
        int count = 0;
        for (Row row : changed(0)) {
            if (!row.key.equals(next.id())) {
                byte[] dataKey = row.dataKey(under.apply(row.key)).bytes();
                count +=
                        transaction.update(
                                """
                                UPDATE secret SET key = ?, data_key = ?
                                WHERE tenant = ? AND name = ?\
                                """,
                                next.id(),
                                base64(next.seal(dataKey, row.context())),
                                row.secret.tenant().value(),
                                row.secret.name());
            }
        }
        key(next.id());
        return count;
    }
}

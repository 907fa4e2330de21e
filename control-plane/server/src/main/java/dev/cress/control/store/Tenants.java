package dev.cress.control.store;

import dev.cress.contract.Api.TenantInfo;
import dev.cress.contract.Api.Usage;
import dev.cress.contract.Json;
import dev.cress.contract.Quota;
import dev.cress.contract.TenantName;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Tenants, what they may use and what they do use. Lives as long as one transaction.
final class Tenants {
    /// Tenants that one fleet may have.
    static final int TENANTS_MAX = 1_000;

    private final Transaction transaction;

    Tenants(Transaction transaction) {
        this.transaction = transaction;
    }

    private record Row(TenantName name, Quota quota, long createdAtMs) {}

    /// By name.
    ///
    /// @param after the name that they follow, or empty
    List<TenantInfo> list(String after, int count) {
        return transaction
                .list(
                        """
                        SELECT name, quota, created_at_ms FROM tenant
                        WHERE name > ? ORDER BY name LIMIT ?\
                        """,
                        row ->
                                new Row(
                                        new TenantName(row.getString(1)),
                                        Json.read(row.getString(2), Quota.class),
                                        row.getLong(3)),
                        after,
                        count)
                .stream()
                .map(row -> new TenantInfo(row.name, row.quota, usage(row.name), row.createdAtMs))
                .toList();
    }

    TenantInfo info(TenantName name) {
        Quota quota = quota(name);
        long createdAtMs =
                transaction.count("SELECT created_at_ms FROM tenant WHERE name = ?", name.value());
        return new TenantInfo(name, quota, usage(name), createdAtMs);
    }

    private Usage usage(TenantName name) {
        return new Usage(functions(name), storageBytes(name));
    }

    int functions(TenantName name) {
        return (int)
                transaction.count(
                        "SELECT count(*) FROM function WHERE tenant = ? AND live = 1",
                        name.value());
    }

    private long storageBytes(TenantName name) {
        return transaction.count(
                "SELECT coalesce(sum(bytes), 0) FROM holding WHERE tenant = ?", name.value());
    }

    /// What the tenant may use; a [Refusal] if there is none of this name.
    Quota quota(TenantName name) {
        return find(name, "").orElseThrow(() -> Refusal.unknownTenant(name));
    }

    private Optional<Quota> find(TenantName name, String behind) {
        return transaction.first(
                "SELECT quota FROM tenant WHERE name = ?" + behind,
                row -> Json.read(row.getString(1), Quota.class),
                name.value());
    }

    TenantInfo create(TenantName name, Quota quota, long nowMs) {
        if (find(name, "").isPresent()) {
            throw Refusal.conflict(
                    "tenant-exists", "Tenant exists", "there is a tenant %s".formatted(name));
        }
        long count = transaction.count("SELECT count(*) FROM tenant");
        if (count >= TENANTS_MAX) {
            throw Refusal.conflict(
                    "too-many-tenants",
                    "Too many tenants",
                    "there are %d tenants, at most %d".formatted(count, TENANTS_MAX));
        }
        transaction.update(
                "INSERT INTO tenant (name, quota, created_at_ms) VALUES (?, ?, ?)",
                name.value(),
                Json.write(quota),
                nowMs);
        new Heads(transaction).advance(Heads.Side.TENANTS);
        return info(name);
    }

    TenantInfo put(TenantName name, Quota quota) {
        quota(name);
        transaction.update(
                "UPDATE tenant SET quota = ? WHERE name = ?", Json.write(quota), name.value());
        new Heads(transaction).advance(Heads.Side.TENANTS);
        return info(name);
    }

    /// Takes a tenant away that has no functions, with its tokens and what it uploaded.
    TenantInfo delete(TenantName name, Tokens tokens) {
        TenantInfo info = info(name);
        if (name.isDefault() || info.usage().functions() > 0) {
            throw Refusal.conflict(
                    "tenant-in-use",
                    "Tenant in use",
                    name.isDefault()
                            ? "tenant %s is always there".formatted(name)
                            : "tenant %s has %d functions: delete them first"
                                    .formatted(name, info.usage().functions()));
        }
        tokens.deleteAll(name);
        transaction.update("DELETE FROM holding WHERE tenant = ?", name.value());
        new Heads(transaction).advance(Heads.Side.SECRETS);
        transaction.update("DELETE FROM secret_held WHERE tenant = ?", name.value());
        transaction.update("DELETE FROM secret WHERE tenant = ?", name.value());
        transaction.update("DELETE FROM tenant WHERE name = ?", name.value());
        new Heads(transaction).advance(Heads.Side.TENANTS);
        return info;
    }

    /// What every tenant may use, by name.
    Map<TenantName, Quota> quotas() {
        var quotas = new HashMap<TenantName, Quota>();
        for (TenantInfo tenant : list("", TENANTS_MAX)) {
            quotas.put(tenant.name(), tenant.quota());
        }
        return quotas;
    }

    /// Room for one function more. Counted behind the lock of the log's head, so that no two get
    /// the last place.
    void requireFunction(TenantName name) {
        Integer most = quota(name).functions();
        int has = functions(name);
        if (most != null && has >= most) {
            throw Refusal.quota(name, "functions", String.valueOf(has), String.valueOf(most));
        }
    }

    /// Room for so many bytes more. Nobody else stores anything of this tenant's until the
    /// transaction ends, so that no two get the last room.
    void requireBytes(TenantName name, long bytes) {
        Long most =
                find(name, transaction.dialect().forUpdate())
                        .orElseThrow(() -> Refusal.unknownTenant(name))
                        .storageBytes();
        long has = storageBytes(name);
        if (most != null && has + bytes > most) {
            throw Refusal.quota(
                    name, "storage", "%d + %d bytes".formatted(has, bytes), most + " bytes");
        }
    }
}

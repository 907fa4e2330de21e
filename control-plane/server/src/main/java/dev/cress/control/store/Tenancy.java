package dev.cress.control.store;

import dev.cress.contract.Api.TenantInfo;
import dev.cress.contract.Quota;
import dev.cress.contract.TenantName;

import io.vertx.core.Future;

import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The fleet's tenants. May be called from any thread.
public final class Tenancy {
    private final Store store;
    private final InstantSource clock;

    Tenancy(Store store, InstantSource clock) {
        this.store = store;
        this.clock = clock;
    }

    /// Those behind this name.
    public Future<List<TenantInfo>> list(String after, int count) {
        return store.read(tables -> tables.tenants().list(after, count));
    }

    /// What every tenant may use.
    ///
    /// @param change counts the changes that led there
    public record Quotas(long change, Map<TenantName, Quota> byTenant) {
        public Quotas {
            byTenant = Map.copyOf(byTenant);
        }
    }

    /// What every tenant may use, if that has changed since.
    public Future<Optional<Quotas>> quotas(long since) {
        return store.read(
                tables -> {
                    long change = tables.heads().count(Heads.Side.TENANTS);
                    return change == since
                            ? Optional.empty()
                            : Optional.of(new Quotas(change, tables.tenants().quotas()));
                });
    }

    public Future<TenantInfo> get(TenantName name) {
        return store.read(tables -> tables.tenants().info(name));
    }

    public Future<TenantInfo> create(Terms terms, TenantName name, Quota quota) {
        return store.change(
                terms.on(
                        TenantInfo.class,
                        tables -> tables.tenants().create(name, quota, clock.millis())));
    }

    /// Gives the tenant another quota. What it has beyond it stays.
    public Future<TenantInfo> put(Terms terms, TenantName name, Quota quota) {
        return store.change(
                terms.on(TenantInfo.class, tables -> tables.tenants().put(name, quota)));
    }

    /// Takes a tenant away that has no functions, with its tokens and what it uploaded.
    public Future<TenantInfo> delete(Terms terms, TenantName name) {
        return store.change(
                terms.on(
                        TenantInfo.class,
                        tables -> tables.tenants().delete(name, tables.tokens())));
    }
}

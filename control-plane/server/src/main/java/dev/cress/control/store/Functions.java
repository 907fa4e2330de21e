package dev.cress.control.store;

import dev.cress.contract.Api.FunctionInfo;
import dev.cress.contract.Api.FunctionSummary;
import dev.cress.contract.Bundle;
import dev.cress.contract.Deployment;
import dev.cress.contract.Filter;
import dev.cress.contract.FunctionName;
import dev.cress.contract.FunctionState;
import dev.cress.contract.Json;
import dev.cress.contract.Manifest;
import dev.cress.contract.Sha256;
import dev.cress.contract.TenantName;
import dev.cress.contract.Version;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;

/// Functions and their versions. Lives as long as one transaction.
final class Functions {
    /// Functions that one fleet may have.
    static final int FUNCTIONS_MAX = 10_000;

    /// Versions that one function may have.
    static final int VERSIONS_MAX = 10_000;

    /// Versions and deployments that are shown with a function; there may be more.
    static final int SHOWN_MAX = 20;

    private static final int NAMED_IN_MESSAGE_MAX = 10;

    /// Tables whose rows go with their function.
    private static final List<String> WITH_FUNCTION =
            List.of(
                    "route",
                    "rollout",
                    "outcome",
                    "deployment",
                    "version_blob",
                    "tag",
                    "pushed",
                    "version",
                    "node_function");

    private final Transaction transaction;
    private final Tenants tenants;
    private final Holdings holdings;
    private final Deployments deployments;
    private final VersionBlobs blobs;

    Functions(
            Transaction transaction, Tenants tenants, Holdings holdings, Deployments deployments) {
        this.transaction = transaction;
        this.tenants = tenants;
        this.holdings = holdings;
        this.deployments = deployments;
        blobs = new VersionBlobs(transaction);
    }

    /// A version, and whether it was there before.
    record Created(Version version, boolean unchanged) {}

    private void requireBundle(TenantName tenant, @Nullable Bundle named) {
        if (named == null) {
            return;
        }
        var stored =
                holdings.bundle(tenant, named.sha256())
                        .orElseThrow(() -> Refusal.unknownBundle(named.sha256()));
        if (stored.bytes() != named.bytes()) {
            throw Refusal.invalid(
                    "invalid-manifest",
                    "assets %s have %d bytes, not %d"
                            .formatted(named.sha256(), stored.bytes(), named.bytes()));
        }
    }

    private void requireFilters(TenantName tenant, List<Filter> named) {
        for (Filter filter : named) {
            var stored =
                    holdings.module(tenant, filter.module())
                            .orElseThrow(() -> Refusal.unknownModule(filter.module()));
            if (stored.bytes() != filter.bytes()) {
                throw Refusal.invalid(
                        "invalid-manifest",
                        "filter %s has %d bytes, not %d"
                                .formatted(filter.module(), stored.bytes(), filter.bytes()));
            }
            if (!stored.abi().equals(Filter.ABI)) {
                throw Refusal.invalid(
                        "invalid-manifest",
                        "filter %s is a module of %s: what stands in front of another is one of %s"
                                .formatted(filter.module(), stored.abi(), Filter.ABI));
            }
        }
    }

    /// The version that results: the newest as it is, if it has the same module and manifest.
    Created createVersion(FunctionName name, Sha256 module, Manifest manifest, long nowMs) {
        TenantName tenant = name.tenant();
        tenants.quota(tenant);
        long bytes =
                holdings.module(tenant, module)
                        .orElseThrow(() -> Refusal.unknownModule(module))
                        .bytes();
        requireBundle(tenant, manifest.assets());
        requireFilters(tenant, manifest.filters());
        ensure(name);
        var newest = versions(name, 1);
        if (!newest.isEmpty()
                && newest.getFirst().module().equals(module)
                && newest.getFirst().manifest().equals(manifest)) {
            return new Created(newest.getFirst(), true);
        }
        requireRoom(name);
        transaction.update(
                "UPDATE function SET live = 1, versions_made = versions_made + 1 WHERE name = ?",
                name.value());
        int number =
                (int)
                        transaction.count(
                                "SELECT versions_made FROM function WHERE name = ?", name.value());
        transaction.update(
                """
                INSERT INTO version (function, number, module, manifest, created_at_ms)
                VALUES (?, ?, ?, ?, ?)\
                """,
                name.value(),
                number,
                module.hex(),
                Json.write(manifest),
                nowMs);
        blobs.add(name, number, module, manifest);
        return new Created(new Version(number, module, bytes, manifest, nowMs), false);
    }

    private void ensure(FunctionName name) {
        if (isLive(name)) {
            return;
        }
        long live = transaction.count("SELECT count(*) FROM function WHERE live = 1");
        if (live >= FUNCTIONS_MAX) {
            throw Refusal.conflict(
                    "too-many-functions",
                    "Too many functions",
                    "the fleet has its %d functions: no more may be".formatted(FUNCTIONS_MAX));
        }
        tenants.requireFunction(name.tenant());
        transaction.update(
                """
                INSERT INTO function
                  (name, tenant, live, versions_made, deployments_made, state_bytes)
                VALUES (?, ?, 1, 0, 0, 0) ON CONFLICT (name) DO UPDATE SET live = 1\
                """,
                name.value(),
                name.tenant().value());
    }

    private void requireRoom(FunctionName name) {
        long count =
                transaction.count("SELECT count(*) FROM version WHERE function = ?", name.value());
        if (count >= VERSIONS_MAX) {
            throw Refusal.conflict(
                    "too-many-versions",
                    "Too many versions",
                    "%s has %d versions, at most %d: deploy to another name, or delete it"
                            .formatted(name, count, VERSIONS_MAX));
        }
    }

    boolean isLive(FunctionName name) {
        return transaction.count(
                        "SELECT count(*) FROM function WHERE name = ? AND live = 1", name.value())
                > 0;
    }

    void requireLive(FunctionName name) {
        if (!isLive(name)) {
            throw Refusal.unknownFunction(name);
        }
    }

    /// The function must have one of these entity tags, as in HTTP's `if-match`.
    void requireMatch(FunctionName name, @Nullable String ifMatch) {
        if (ifMatch == null) {
            return;
        }
        if (!isLive(name)) {
            throw Refusal.moved("there is no function %s".formatted(name), Map.of());
        }
        String tag = EntityTags.of(Json.write(info(name)));
        if (!EntityTags.match(ifMatch, tag)) {
            throw Refusal.moved(
                    "%s is %s now, not %s".formatted(name, tag, ifMatch), Map.of("etag", tag));
        }
    }

    void requireVersion(FunctionName name, int number) {
        long found =
                transaction.count(
                        "SELECT count(*) FROM version WHERE function = ? AND number = ?",
                        name.value(),
                        number);
        if (found == 0) {
            var newest = versions(name, NAMED_IN_MESSAGE_MAX).stream().map(Version::number);
            throw Refusal.unknownVersion(name, number, newest.toList());
        }
    }

    /// Newest first.
    List<Version> versions(FunctionName name, int count) {
        return versions(name, Long.MAX_VALUE, count);
    }

    /// Those with smaller numbers, newest first.
    List<Version> versions(FunctionName name, long before, int count) {
        return versions(name, "v.number < ?", before, count);
    }

    Version version(FunctionName name, int number) {
        return versions(name, "v.number = ?", number, 1).getFirst();
    }

    private List<Version> versions(FunctionName name, String which, long number, int count) {
        return transaction.list(
                """
                SELECT v.number, v.module, m.bytes, v.manifest, v.created_at_ms, %s
                FROM version v JOIN module m ON m.sha256 = v.module
                WHERE v.function = ? AND %s ORDER BY v.number DESC LIMIT ?\
                """
                        .formatted(VersionBlobs.COLLECTED, which),
                row ->
                        new Version(
                                row.getInt(1),
                                new Sha256(row.getString(2)),
                                row.getLong(3),
                                Json.read(row.getString(4), Manifest.class),
                                row.getLong(5),
                                row.getBoolean(6)),
                name.tenant().value(),
                name.value(),
                number,
                count);
    }

    FunctionInfo info(FunctionName name) {
        requireLive(name);
        List<Deployment> newest = deployments.newest(name, SHOWN_MAX);
        return new FunctionInfo(
                name,
                newest.isEmpty() ? null : newest.getFirst(),
                versions(name, SHOWN_MAX),
                newest,
                new RolloutRows(transaction).find(name).map(StoredRollout::state).orElse(null));
    }

    /// By name.
    ///
    /// @param tenant whose, or null for everybody's
    /// @param after the name that they follow, or empty
    List<FunctionSummary> list(@Nullable TenantName tenant, String after, int count) {
        String whose = tenant == null ? "" : tenant.value();
        return transaction.list(
                """
                SELECT d.id, d.rollout, d.shares, d.cause, d.created_at_ms, d.wave, d.reason, f.name,
                  r.id, r.version, r.stable, r.plan, r.step, r.deployment, r.state, r.reason
                FROM function f LEFT JOIN rollout r ON r.function = f.name
                  LEFT JOIN deployment d ON d.function = f.name
                  AND d.id = (SELECT max(id) FROM deployment WHERE function = f.name)
                WHERE f.live = 1 AND (? = '' OR f.tenant = ?) AND f.name > ? ORDER BY f.name LIMIT ?\
                """,
                row ->
                        new FunctionSummary(
                                new FunctionName(row.getString(8)),
                                row.getString(3) == null ? null : Deployments.read(row),
                                row.getString(12) == null ? null : RolloutRows.state(row, 9)),
                whose,
                whose,
                after,
                count);
    }

    /// What nodes must know of every function that is deployed.
    List<FunctionState> states() {
        return transaction.list(
                "SELECT state FROM function WHERE live = 1 AND state IS NOT NULL ORDER BY name",
                row -> Json.read(row.getString(1), FunctionState.class));
    }

    /// Takes everything of the function away but its row, which keeps the numbers.
    void delete(FunctionName name) {
        requireLive(name);
        // Before any of their rows is touched, as whoever writes them does.
        new Heads(transaction).advance(Heads.Side.NODES);
        for (String table : WITH_FUNCTION) {
            transaction.update("DELETE FROM " + table + " WHERE function = ?", name.value());
        }
        transaction.update(
                "UPDATE function SET live = 0, state = NULL, state_bytes = 0 WHERE name = ?",
                name.value());
    }
}

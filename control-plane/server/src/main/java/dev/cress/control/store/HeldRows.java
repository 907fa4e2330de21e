package dev.cress.control.store;

import dev.cress.contract.ControlFrame.Secrets.Name;
import dev.cress.contract.SecretsApi.HeldSecret;
import dev.cress.contract.TenantName;

import java.util.List;

/// Which node was told which secrets and not to forget them. Lives as long as one transaction.
final class HeldRows {
    private final Transaction transaction;

    HeldRows(Tables tables) {
        transaction = tables.transaction();
    }

    /// What a node has.
    List<HeldSecret> of(String node) {
        return transaction.list(
                "SELECT tenant, name, version FROM secret_held WHERE node = ? ORDER BY tenant,"
                        + " name",
                row ->
                        new HeldSecret(
                                new TenantName(row.getString(1)), row.getString(2), row.getInt(3)),
                node);
    }

    /// Notes what a node was told.
    void note(String node, SecretKeeping.Held now) {
        var known = of(node);
        for (HeldSecret each : known) {
            var name = new Name(each.tenant(), each.name());
            if (now.taken().contains(name) || (now.whole() && !now.told().containsKey(name))) {
                transaction.update(
                        "DELETE FROM secret_held WHERE node = ? AND tenant = ? AND name = ?",
                        node,
                        each.tenant().value(),
                        each.name());
            }
        }
        now.told()
                .forEach(
                        (name, version) -> {
                            var told = new HeldSecret(name.tenant(), name.name(), version);
                            if (!known.contains(told)) {
                                put(node, told);
                            }
                        });
    }

    private void put(String node, HeldSecret told) {
        transaction.update(
                """
                INSERT INTO secret_held (node, tenant, name, version) VALUES (?, ?, ?, ?)
                ON CONFLICT (node, tenant, name) DO UPDATE SET version = excluded.version\
                """,
                node,
                told.tenant().value(),
                told.name(),
                told.version());
    }
}

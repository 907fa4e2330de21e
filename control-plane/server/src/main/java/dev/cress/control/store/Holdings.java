package dev.cress.control.store;

import dev.cress.contract.Api.BundleInfo;
import dev.cress.contract.Api.ModuleInfo;
import dev.cress.contract.Sha256;
import dev.cress.contract.TenantName;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// Which tenant uploaded what. The bytes are stored once, whoever sends them; a tenant sees and
/// uses only what it sent itself, and learns of nobody else's. Lives as long as one transaction.
final class Holdings {
    private static final String MODULE = "module";
    private static final String BUNDLE = "bundle";
    private static final String BLOB = "blob";

    private final Transaction transaction;
    private final Tenants tenants;
    private final Modules modules;
    private final Bundles bundles;

    Holdings(Transaction transaction, Tenants tenants, Modules modules, Bundles bundles) {
        this.transaction = transaction;
        this.tenants = tenants;
        this.modules = modules;
        this.bundles = bundles;
    }

    Optional<ModuleInfo> module(TenantName tenant, Sha256 sha256) {
        return transaction.first(
                """
                SELECT sha256, bytes, abi, created_at_ms FROM holding
                WHERE tenant = ? AND kind = 'module' AND sha256 = ?\
                """,
                Modules::read,
                tenant.value(),
                sha256.hex());
    }

    Optional<BundleInfo> bundle(TenantName tenant, Sha256 sha256) {
        return transaction.first(
                """
                SELECT sha256, bytes, files, created_at_ms FROM holding
                WHERE tenant = ? AND kind = 'bundle' AND sha256 = ?\
                """,
                Bundles::read,
                tenant.value(),
                sha256.hex());
    }

    /// How many bytes a blob of this tenant has that is no module.
    Optional<Long> blob(TenantName tenant, Sha256 sha256) {
        return transaction.first(
                "SELECT bytes FROM holding WHERE tenant = ? AND kind = 'blob' AND sha256 = ?",
                row -> row.getLong(1),
                tenant.value(),
                sha256.hex());
    }

    /// Modules of one tenant, newest first.
    ///
    /// @param after the digest of the one that they follow, or empty
    List<ModuleInfo> modules(TenantName tenant, String after, int count) {
        long before =
                transaction
                        .first(
                                """
                                SELECT created_at_ms FROM holding
                                WHERE tenant = ? AND kind = 'module' AND sha256 = ?\
                                """,
                                row -> row.getLong(1),
                                tenant.value(),
                                after)
                        .orElse(after.isEmpty() ? Long.MAX_VALUE : -1);
        return transaction.list(
                """
                SELECT sha256, bytes, abi, created_at_ms FROM holding
                WHERE tenant = ? AND kind = 'module'
                  AND (created_at_ms < ? OR (created_at_ms = ? AND sha256 > ?))
                ORDER BY created_at_ms DESC, sha256 LIMIT ?\
                """,
                Modules::read,
                tenant.value(),
                before,
                before,
                after,
                count);
    }

    /// Stores a module for this tenant, unless it has it.
    boolean add(TenantName tenant, ModuleInfo module, Path file) {
        if (ask(tenant, MODULE, module.sha256())) {
            return false;
        }
        tenants.requireBytes(tenant, module.bytes());
        modules.insert(module, file);
        return insert(
                tenant,
                MODULE,
                module.sha256(),
                module.bytes(),
                module.abi(),
                0,
                module.createdAtMs());
    }

    /// The same for an archive of files.
    boolean add(TenantName tenant, BundleInfo bundle, Path file) {
        if (ask(tenant, BUNDLE, bundle.sha256())) {
            return false;
        }
        tenants.requireBytes(tenant, bundle.bytes());
        bundles.insert(bundle, file);
        return insert(
                tenant,
                BUNDLE,
                bundle.sha256(),
                bundle.bytes(),
                "",
                bundle.files(),
                bundle.createdAtMs());
    }

    /// The same for whatever else was pushed.
    ///
    /// @param store puts the bytes into their chunks
    boolean addBlob(
            TenantName tenant, Sha256 sha256, long bytes, long nowMs, Consumer<Chunks> store) {
        if (ask(tenant, BLOB, sha256)) {
            return false;
        }
        tenants.requireBytes(tenant, bytes);
        int inserted =
                transaction.update(
                        """
                        INSERT INTO blob (sha256, bytes, created_at_ms) VALUES (?, ?, ?)
                        ON CONFLICT (sha256) DO UPDATE SET stored = 1,
                          created_at_ms = excluded.created_at_ms WHERE blob.stored < 1\
                        """,
                        sha256.hex(),
                        bytes,
                        nowMs);
        if (inserted > 0) {
            store.accept(blobChunks());
        }
        return insert(tenant, BLOB, sha256, bytes, "", 0, nowMs);
    }

    Chunks blobChunks() {
        return new Chunks(transaction, Blobs.Kind.BLOB.chunks());
    }

    /// A blob of this tenant's is a module from now on, and counts once.
    boolean adopt(TenantName tenant, ModuleInfo module, Path file) {
        transaction.update(
                "DELETE FROM holding WHERE tenant = ? AND kind = 'blob' AND sha256 = ?",
                tenant.value(),
                module.sha256().hex());
        return add(tenant, module, file);
    }

    /// The same for a blob.
    boolean askBlob(TenantName tenant, Sha256 sha256) {
        return ask(tenant, BLOB, sha256);
    }

    /// Notes that somebody sent a module that the tenant has: it is collected as late as a new one.
    ///
    /// @return whether it has it
    boolean askModule(TenantName tenant, Sha256 sha256) {
        return ask(tenant, MODULE, sha256);
    }

    /// The same for an archive of files.
    boolean askBundle(TenantName tenant, Sha256 sha256) {
        return ask(tenant, BUNDLE, sha256);
    }

    private boolean ask(TenantName tenant, String kind, Sha256 sha256) {
        return transaction.update(
                        """
                        UPDATE holding SET asked_at_ms = %s
                        WHERE tenant = ? AND kind = ? AND sha256 = ?\
                        """
                                .formatted(transaction.dialect().nowMs()),
                        tenant.value(),
                        kind,
                        sha256.hex())
                > 0;
    }

    private boolean insert(
            TenantName tenant,
            String kind,
            Sha256 sha256,
            long bytes,
            String abi,
            int files,
            long nowMs) {
        return transaction.update(
                        """
                        INSERT INTO holding
                          (tenant, kind, sha256, bytes, abi, files, created_at_ms, asked_at_ms)
                        VALUES (?, ?, ?, ?, ?, ?, ?, %s)
                        ON CONFLICT (tenant, kind, sha256) DO NOTHING\
                        """
                                .formatted(transaction.dialect().nowMs()),
                        tenant.value(),
                        kind,
                        sha256.hex(),
                        bytes,
                        abi,
                        files,
                        nowMs)
                > 0;
    }
}

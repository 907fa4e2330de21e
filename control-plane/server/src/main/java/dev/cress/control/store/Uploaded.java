package dev.cress.control.store;

import dev.cress.contract.Api.BundleInfo;
import dev.cress.contract.Api.ModuleInfo;
import dev.cress.contract.Sha256;
import dev.cress.contract.TenantName;

import io.vertx.core.Future;

import org.jspecify.annotations.Nullable;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/// What tenants uploaded: modules and archives of files, by their digest. May be called from any
/// thread.
public final class Uploaded {
    private final Store store;
    private final InstantSource clock;

    Uploaded(Store store, InstantSource clock) {
        this.store = store;
        this.clock = clock;
    }

    /// Who sends something.
    ///
    /// @param actor for the audit log, or null for the program itself
    public record Sender(TenantName tenant, @Nullable Actor actor) {
        private void note(Tables tables) {
            if (actor != null) {
                tables.audit().append(actor, AuditLog.DONE, 0, 1);
            }
        }
    }

    /// A module that anybody uploaded.
    public Future<Optional<ModuleInfo>> module(Sha256 sha256) {
        return store.read(tables -> tables.modules().find(sha256));
    }

    /// A module that this tenant uploaded.
    public Future<Optional<ModuleInfo>> module(TenantName tenant, Sha256 sha256) {
        return store.read(tables -> tables.holdings().module(tenant, sha256));
    }

    /// A module that this tenant has, once more: nobody collects it for as long as a new one.
    public Future<Optional<ModuleInfo>> again(TenantName tenant, Sha256 sha256) {
        return store.aside(
                tables -> {
                    tables.holdings().askModule(tenant, sha256);
                    return tables.holdings().module(tenant, sha256);
                });
    }

    /// The same for an archive.
    public Future<Optional<BundleInfo>> bundleAgain(TenantName tenant, Sha256 sha256) {
        return store.aside(
                tables -> {
                    tables.holdings().askBundle(tenant, sha256);
                    return tables.holdings().bundle(tenant, sha256);
                });
    }

    /// This tenant's behind this one, empty for all, newest first.
    public Future<List<ModuleInfo>> modules(TenantName tenant, String after, int count) {
        return store.read(
                tables -> {
                    tables.tenants().quota(tenant);
                    return tables.holdings().modules(tenant, after, count);
                });
    }

    /// Stores an uploaded file for its sender. Empty if it had the module already.
    public Future<Optional<ModuleInfo>> addModule(
            Sender sender, Sha256 sha256, long bytes, String abi, Path file) {
        return store.aside(
                tables -> {
                    var module = new ModuleInfo(sha256, bytes, abi, clock.millis());
                    if (!tables.holdings().add(sender.tenant(), module, file)) {
                        return Optional.empty();
                    }
                    sender.note(tables);
                    return Optional.of(module);
                });
    }

    /// A piece of a module, or nothing behind its last.
    public Future<Optional<byte[]>> moduleChunk(Sha256 sha256, int position) {
        return store.read(tables -> tables.modules().chunk(sha256, position));
    }

    /// An archive that anybody uploaded.
    public Future<Optional<BundleInfo>> bundle(Sha256 sha256) {
        return store.read(tables -> tables.bundles().find(sha256));
    }

    /// An archive that this tenant uploaded.
    public Future<Optional<BundleInfo>> bundle(TenantName tenant, Sha256 sha256) {
        return store.read(tables -> tables.holdings().bundle(tenant, sha256));
    }

    /// Stores an uploaded archive for its sender, unless it has it.
    public Future<BundleInfo> addBundle(
            Sender sender, Sha256 sha256, long bytes, int files, Path file) {
        return store.aside(
                tables -> {
                    var bundle = new BundleInfo(sha256, bytes, files, clock.millis());
                    if (!tables.holdings().add(sender.tenant(), bundle, file)) {
                        return tables.holdings().bundle(sender.tenant(), sha256).orElseThrow();
                    }
                    sender.note(tables);
                    return bundle;
                });
    }

    /// A piece of an archive, or nothing behind its last.
    public Future<Optional<byte[]>> bundleChunk(Sha256 sha256, int position) {
        return store.read(tables -> tables.bundles().chunk(sha256, position));
    }
}

package dev.cress.control.store;

import dev.cress.contract.Api.ModuleInfo;
import dev.cress.contract.FunctionName;
import dev.cress.contract.Manifest;
import dev.cress.contract.Sha256;
import dev.cress.contract.Tag;
import dev.cress.contract.TenantName;

import io.vertx.core.Future;

import org.jspecify.annotations.Nullable;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// What registry tools push and pull: blobs of a tenant, and manifests of its functions with their
/// tags. May be called from any thread.
public final class Pushed {
    /// Manifests of one function that can be pulled.
    public static final int MANIFESTS_MAX = 1_000;

    /// Tags of one function.
    public static final int TAGS_MAX = 1_000;

    private final Store store;
    private final InstantSource clock;

    public Pushed(Store store, InstantSource clock) {
        this.store = store;
        this.clock = clock;
    }

    /// A tenant's blob.
    ///
    /// @param isModule whether it is stored as a module, checked
    public record Blob(Sha256 sha256, long bytes, boolean isModule) {}

    /// A manifest that was pushed, and the version that it made.
    ///
    /// @param sha256 of its bytes
    public record Artifact(Sha256 sha256, String mediaType, int version) {}

    /// A manifest that is being pushed.
    ///
    /// @param tag under which it can be found, or null
    /// @param sha256 of its bytes
    /// @param module what the version runs
    /// @param manifest what the version declares
    /// @param others blobs that it names besides the module
    public record Push(
            FunctionName function,
            @Nullable String tag,
            Sha256 sha256,
            String mediaType,
            Sha256 module,
            Manifest manifest,
            Set<Sha256> others) {
        public Push {
            others = Set.copyOf(others);
        }
    }

    /// A manifest names a blob that its tenant doesn't have.
    public static Refusal unknownBlob(Sha256 sha256) {
        return Refusal.of(
                404,
                "MANIFEST_BLOB_UNKNOWN",
                "Unknown blob",
                "blob sha256:%s is not stored: push it first".formatted(sha256));
    }

    /// What this tenant has under this digest.
    public Future<Optional<Blob>> blob(TenantName tenant, Sha256 sha256) {
        return store.read(tables -> new PushedRows(tables).blob(tenant, sha256));
    }

    /// A piece of a blob, or nothing behind its last.
    public Future<Optional<byte[]>> chunk(Blob blob, int position) {
        return store.read(
                tables ->
                        blob.isModule()
                                ? tables.modules().chunk(blob.sha256(), position)
                                : tables.holdings().blobChunks().find(blob.sha256(), position));
    }

    /// Stores a file for this tenant, unless it has it.
    public Future<Blob> add(TenantName tenant, Sha256 sha256, long bytes, Path file) {
        return store.aside(
                tables -> {
                    boolean isModule = tables.holdings().askModule(tenant, sha256);
                    if (!isModule) {
                        tables.holdings()
                                .addBlob(
                                        tenant,
                                        sha256,
                                        bytes,
                                        clock.millis(),
                                        chunks -> chunks.insert(sha256, bytes, file));
                    }
                    return new Blob(sha256, bytes, isModule);
                });
    }

    /// Stores a blob of this tenant's as the module that it was found to be.
    public Future<ModuleInfo> adopt(TenantName tenant, Blob blob, String abi, Path file) {
        return store.aside(
                tables -> {
                    var module = new ModuleInfo(blob.sha256(), blob.bytes(), abi, clock.millis());
                    tables.holdings().adopt(tenant, module, file);
                    return module;
                });
    }

    /// Makes a version of the function, or finds the one that this manifest made, and has the tag
    /// name it.
    ///
    /// @param bytes of the manifest
    public Future<Artifact> put(Actor actor, Push push, byte[] bytes) {
        var terms = new Terms(null, null, actor.about(push.function()));
        return store.change(
                terms.on(
                        push.function(),
                        Artifact.class,
                        tables -> new PushedRows(tables).put(push, bytes, clock.millis())));
    }

    /// The manifest of this digest or tag.
    public Future<Optional<Artifact>> find(FunctionName function, String reference) {
        return store.read(tables -> new PushedRows(tables).find(function, reference));
    }

    /// By name.
    ///
    /// @param after the name that they follow, or empty
    public Future<List<Tag>> tags(FunctionName function, String after, int count) {
        return store.read(
                tables -> {
                    tables.functions().requireLive(function);
                    return new PushedRows(tables).tags(function, after, count);
                });
    }

    /// Takes a tag away, or a manifest with all of its tags. The version stays.
    ///
    /// @return whether there was one
    public Future<Boolean> delete(Actor actor, FunctionName function, String reference) {
        var terms = new Terms(null, null, actor.about(function));
        return store.change(
                terms.on(
                        Boolean.class,
                        tables -> new PushedRows(tables).delete(function, reference)));
    }
}

package dev.cress.control.store;

import dev.cress.contract.Api;
import dev.cress.contract.Api.BundleInfo;
import dev.cress.contract.Api.Deleted;
import dev.cress.contract.Api.Deployed;
import dev.cress.contract.Api.FunctionInfo;
import dev.cress.contract.Api.FunctionSummary;
import dev.cress.contract.Api.ModuleInfo;
import dev.cress.contract.Api.VersionCreated;
import dev.cress.contract.Deployment;
import dev.cress.contract.FunctionName;
import dev.cress.contract.FunctionState;
import dev.cress.contract.Manifest;
import dev.cress.contract.Position;
import dev.cress.contract.Sha256;
import dev.cress.contract.Version;

import io.vertx.core.Context;
import io.vertx.core.Future;

import org.jspecify.annotations.Nullable;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/// Everything that the control plane remembers. Work is done on the store's own thread, one piece
/// after the other; answers come back on the event loop, each after the revision that it made was
/// handed to the listener. What was answered is durable. A [Refusal] or [StoreException] in the
/// answer means that nothing was changed.
///
/// May be called from any thread.
public final class Store implements AutoCloseable {
    private final StoreThread thread;
    private final Database database;
    private final InstantSource clock;
    private volatile Consumer<Revision> listener = _ -> {};

    private final Settings settings;
    private final RevisionLog log;
    private final Modules modules;
    private final Bundles bundles;
    private final Deployments deployments;
    private final Functions functions;
    private final Releases releases;
    private final Tokens tokens;
    private final KnownNodes nodes;

    private Store(StoreThread thread, Database database, InstantSource clock) {
        this.thread = thread;
        this.database = database;
        this.clock = clock;
        settings = database.write(() -> Settings.ensure(database));
        log = new RevisionLog(database, settings.epoch());
        modules = new Modules(database);
        bundles = new Bundles(database);
        deployments = new Deployments(database);
        functions = new Functions(database, modules, bundles, deployments);
        releases = new Releases(database, log, functions, deployments, new Routes(database));
        tokens = new Tokens(database);
        nodes = new KnownNodes(database);
    }

    /// Opens the store in this file, and makes it if there is none. Blocks until it stands.
    ///
    /// @param bytesMax what the file may grow to
    /// @param loop where answers arrive
    public static Store open(Path file, long bytesMax, InstantSource clock, Context loop) {
        var thread = new StoreThread(loop);
        try {
            return thread.call(
                    () -> {
                        var database = Database.open(file, bytesMax);
                        try {
                            return new Store(thread, database, clock);
                        } catch (RuntimeException e) {
                            database.close();
                            throw e;
                        }
                    });
        } catch (RuntimeException e) {
            thread.close();
            throw e;
        }
    }

    /// What a session of the sync needs to begin with.
    ///
    /// @param newest the newest revisions, for nodes that come back
    public record Image(
            Position position,
            List<FunctionState> functions,
            List<Revision> newest,
            List<KnownNode> nodes,
            List<StoredToken> tokens) {}

    /// The store's content at start-up. Blocks.
    public Image load(int revisionsMax) {
        return thread.call(
                () ->
                        new Image(
                                log.head(),
                                functions.states(),
                                log.newest(revisionsMax),
                                nodes.list(),
                                tokens.list()));
    }

    /// From now on this hears of each revision, in order, on the event loop.
    public void listen(Consumer<Revision> listener) {
        this.listener = listener;
    }

    public Settings settings() {
        return settings;
    }

    public Future<Optional<ModuleInfo>> module(Sha256 sha256) {
        return thread.run(() -> modules.find(sha256));
    }

    public Future<List<ModuleInfo>> modules() {
        return thread.run(modules::list);
    }

    /// Stores an uploaded file. Empty if the module was there already.
    public Future<Optional<ModuleInfo>> addModule(
            Sha256 sha256, long bytes, String abi, Path file) {
        return write(
                () -> {
                    if (modules.find(sha256).isPresent()) {
                        return Optional.empty();
                    }
                    var module = new ModuleInfo(sha256, bytes, abi, clock.millis());
                    modules.insert(module, file);
                    return Optional.of(module);
                });
    }

    /// A piece of a module, or nothing behind its last.
    public Future<Optional<byte[]>> moduleChunk(Sha256 sha256, int position) {
        return thread.run(() -> modules.chunk(sha256, position));
    }

    public Future<Optional<BundleInfo>> bundle(Sha256 sha256) {
        return thread.run(() -> bundles.find(sha256));
    }

    /// Stores an uploaded archive, unless it is there already.
    public Future<BundleInfo> addBundle(Sha256 sha256, long bytes, int files, Path file) {
        return write(
                () ->
                        bundles.find(sha256)
                                .orElseGet(
                                        () -> {
                                            var bundle =
                                                    new BundleInfo(
                                                            sha256, bytes, files, clock.millis());
                                            bundles.insert(bundle, file);
                                            return bundle;
                                        }));
    }

    /// A piece of an archive, or nothing behind its last.
    public Future<Optional<byte[]>> bundleChunk(Sha256 sha256, int position) {
        return thread.run(() -> bundles.chunk(sha256, position));
    }

    public Future<List<FunctionSummary>> functions() {
        return thread.run(functions::list);
    }

    public Future<FunctionInfo> function(FunctionName name) {
        return thread.run(() -> functions.info(name));
    }

    /// The newest versions, newest first.
    public Future<List<Version>> versions(FunctionName name) {
        return thread.run(
                () -> {
                    functions.requireLive(name);
                    return functions.versions(name, Api.LIST_MAX);
                });
    }

    /// The newest deployments, newest first.
    public Future<List<Deployment>> deployments(FunctionName name) {
        return thread.run(
                () -> {
                    functions.requireLive(name);
                    return deployments.newest(name, Api.LIST_MAX);
                });
    }

    /// Makes a version and deploys it, both or neither.
    ///
    /// @param basisPoints the share to deploy it with, or null to deploy it later
    public Future<VersionCreated> createVersion(
            FunctionName name, Sha256 module, Manifest manifest, @Nullable Integer basisPoints) {
        return commit(
                () -> releases.createVersion(name, module, manifest, basisPoints, clock.millis()));
    }

    public Future<Deployed> deploy(FunctionName name, int version, int basisPoints) {
        return commit(() -> releases.deploy(name, version, basisPoints, clock.millis()));
    }

    /// Sends all of the traffic to an earlier version.
    ///
    /// @param version which one, or null for what had the traffic before
    public Future<Deployed> rollback(FunctionName name, @Nullable Integer version) {
        return commit(() -> releases.rollback(name, version, clock.millis()));
    }

    /// The name may be used again; the numbers of its versions and deployments go on, so that a
    /// number never means two things.
    public Future<Deleted> delete(FunctionName name) {
        return commit(() -> releases.delete(name, clock.millis()));
    }

    public Future<Void> putToken(StoredToken token) {
        return write(
                        () -> {
                            tokens.put(token);
                            return token;
                        })
                .mapEmpty();
    }

    /// The same while starting, when there is no event loop to hold up. Blocks.
    public void putTokenNow(StoredToken token) {
        thread.call(
                () ->
                        database.write(
                                () -> {
                                    tokens.put(token);
                                    return token;
                                }));
    }

    /// Whether there was a token of this id.
    public Future<Boolean> deleteToken(String id) {
        return write(() -> tokens.delete(id));
    }

    public Future<Void> putNode(KnownNode node) {
        return write(
                        () -> {
                            nodes.put(node);
                            return node;
                        })
                .mapEmpty();
    }

    public Future<Void> deleteNode(String name) {
        return write(
                        () -> {
                            nodes.delete(name);
                            return name;
                        })
                .mapEmpty();
    }

    /// Pieces of work that wait for the store's thread.
    public int queued() {
        return thread.queued();
    }

    private <T> Future<T> write(Supplier<T> work) {
        return thread.run(() -> database.write(work));
    }

    private <T> Future<T> commit(Supplier<Written<T>> work) {
        return thread.run(
                () -> {
                    Written<T> written = database.write(work);
                    Revision revision = written.revision();
                    if (revision != null) {
                        thread.onLoop(() -> listener.accept(revision));
                    }
                    return written.value();
                });
    }

    /// Finishes what was accepted, then closes the file.
    @Override
    public void close() {
        thread.close();
        database.close();
    }
}

package dev.cress.control.store;

import dev.cress.contract.Api.Deployed;
import dev.cress.contract.Api.VersionCreated;
import dev.cress.contract.FunctionName;
import dev.cress.contract.Limits;
import dev.cress.contract.Manifest;
import dev.cress.contract.Route;
import dev.cress.contract.Sha256;
import dev.cress.contract.TenantName;
import dev.cress.contract.Warmup;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// A store as one server has it open, and what its listener heard.
final class OpenStore implements AutoCloseable {
    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
    private final Context loop = vertx.getOrCreateContext();
    final Store store;

    /// Revisions and, where the log was replaced, its image.
    final List<Object> heard = new CopyOnWriteArrayList<>();

    final List<FleetNews> fleet = new CopyOnWriteArrayList<>();
    volatile List<StoredToken> tokens = List.of();
    volatile List<StoredMember> members = List.of();

    OpenStore(StoreLocation location) {
        try {
            store = Store.open(location, InstantSource.system(), loop);
        } catch (RuntimeException e) {
            await(vertx.close());
            throw e;
        }
    }

    Collector collector() {
        return new Collector(store, new SimpleMeterRegistry());
    }

    static <T> T await(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException ours) {
                throw ours;
            }
            throw new AssertionError(e.getCause());
        } catch (InterruptedException | TimeoutException e) {
            throw new AssertionError(e);
        }
    }

    /// Follows the log from where it stands.
    OpenStore follow() {
        store.follow(
                store.load(),
                new StoreListener() {
                    @Override
                    public void committed(Revision revision) {
                        heard.add(revision);
                    }

                    @Override
                    public void replaced(Image image) {
                        heard.add(image);
                    }

                    @Override
                    public void tokens(List<StoredToken> all) {
                        tokens = all;
                    }

                    @Override
                    public void members(List<StoredMember> all, StoredKeys keys) {
                        members = all;
                    }

                    @Override
                    public void secrets() {
                        // whoever needs them asks
                    }

                    @Override
                    public void fleet(FleetNews news) {
                        fleet.add(news);
                    }
                });
        return this;
    }

    List<Long> numbersHeard() {
        return heard.stream()
                .filter(Revision.class::isInstance)
                .map(revision -> ((Revision) revision).position().revision())
                .toList();
    }

    /// Stores a module that no other seed has.
    Sha256 module(Path folder, int seed) {
        byte[] bytes = ("module " + seed).getBytes(StandardCharsets.UTF_8);
        return module(folder, bytes);
    }

    Sha256 module(Path folder, byte[] bytes) {
        var sha256 = Sha256.of(bytes);
        try {
            Path file = Files.write(folder.resolve(sha256.hex()), bytes);
            await(
                    store.uploaded()
                            .addModule(
                                    new Uploaded.Sender(TenantName.DEFAULT, null),
                                    sha256,
                                    bytes.length,
                                    "wasi-cgi",
                                    file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return sha256;
    }

    /// A version that is deployed at once.
    Future<VersionCreated> release(String function, Sha256 module, Route... routes) {
        return release(Terms.NONE, function, module, routes);
    }

    Future<VersionCreated> release(Terms terms, String function, Sha256 module, Route... routes) {
        return store.createVersion(
                terms, new FunctionName(function), module, manifest(routes), 10_000);
    }

    /// A version that isn't deployed.
    Future<VersionCreated> version(String function, Sha256 module, Route... routes) {
        return store.createVersion(
                Terms.NONE, new FunctionName(function), module, manifest(routes), null);
    }

    private static Manifest manifest(Route... routes) {
        return new Manifest("auto", List.of(routes), Limits.DEFAULT, Map.of(), Warmup.DEFAULT);
    }

    Deployed released(String function, Sha256 module, Route... routes) {
        return Objects.requireNonNull(await(release(function, module, routes)).deployed());
    }

    @Override
    public void close() {
        store.close();
        await(vertx.close());
    }
}

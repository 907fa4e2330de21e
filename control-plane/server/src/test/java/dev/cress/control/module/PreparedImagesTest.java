package dev.cress.control.module;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.cress.contract.Sha256;
import dev.cress.contract.TenantName;
import dev.cress.control.module.KeptImages.Asked;
import dev.cress.control.module.KeptImages.Kept;
import dev.cress.control.store.Engine;
import dev.cress.control.store.Refusal;
import dev.cress.control.store.Store;
import dev.cress.control.store.Uploaded;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;

/// More nodes at once than a test has connections for.
@Timeout(60)
class PreparedImagesTest {
    private static final byte[] MODULE = {0, 'a', 's', 'm', 1, 0, 0, 0};

    @TempDir private Path folder;
    private final Vertx vertx = Vertx.vertx();
    private final Context loop = vertx.getOrCreateContext();
    private final Preparations preparations =
            new Preparations((_, _) -> "wasi-cgi", loop, new SimpleMeterRegistry());
    private final OneImage kept = new OneImage();
    private Store store;

    /// An image that is prepared as long as nobody lets it end.
    private static final class OneImage implements KeptImages {
        final CountDownLatch mayEnd = new CountDownLatch(1);
        private volatile Optional<Kept> found = Optional.empty();

        @Override
        public String build() {
            return "test";
        }

        @Override
        public Optional<Kept> find(Asked asked) {
            return found;
        }

        @Override
        public void prepare(Path module, Asked asked) {
            try {
                mayEnd.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException("interrupted", e);
            }
            found = Optional.of(new Kept(module, MODULE.length, Sha256.of(MODULE)));
        }
    }

    @BeforeEach
    void open() {
        store = Store.open(Engine.SQLITE.fresh(folder), InstantSource.system(), loop);
    }

    @AfterEach
    void close() {
        kept.mayEnd.countDown();
        preparations.close();
        store.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    private Sha256 stored() throws IOException {
        Path file = Files.write(folder.resolve("module.wasm"), MODULE);
        var sender = new Uploaded.Sender(TenantName.DEFAULT, null);
        store.uploaded()
                .addModule(sender, Sha256.of(MODULE), MODULE.length, "wasi-cgi", file)
                .toCompletionStage()
                .toCompletableFuture()
                .join();
        return Sha256.of(MODULE);
    }

    @Test
    void noMoreNodesWaitThanMayAndWhoIsTooManyIsToldToComeAgain() throws IOException {
        var asked = new Asked(stored(), "auto", false);
        var images =
                new PreparedImages(
                        vertx, folder, Optional.of(kept), preparations, store.uploaded());
        var answers = new CompletableFuture<List<Future<Kept>>>();
        loop.runOnContext(
                _ -> {
                    List<Future<Kept>> all = new ArrayList<>();
                    for (int node = 0; node <= PreparedImages.WAITING_MAX; node++) {
                        all.add(images.ready(asked));
                    }
                    answers.complete(all);
                });
        List<Future<Kept>> all = answers.join();
        await().until(() -> all.stream().anyMatch(Future::isComplete));
        assertThat(all)
                .filteredOn(Future::isComplete)
                .singleElement()
                .satisfies(
                        refused ->
                                assertThat(refused.cause())
                                        .isInstanceOf(Refusal.class)
                                        .hasMessage("8192 nodes wait for images, at most 8192"));
        kept.mayEnd.countDown();
        await().until(() -> all.stream().allMatch(Future::isComplete));
        assertThat(all).filteredOn(Future::succeeded).hasSize(PreparedImages.WAITING_MAX);
    }
}

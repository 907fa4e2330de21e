package dev.cress.control.module;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cress.contract.FunctionName;
import dev.cress.control.store.Engine;
import dev.cress.control.store.Pushed;
import dev.cress.control.store.Refusal;
import dev.cress.control.store.Store;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Vertx;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

class BlobUploadsTest {
    private static final FunctionName HELLO = new FunctionName("hello");

    @TempDir private Path folder;

    private final Vertx vertx = Vertx.vertx();
    private final Context loop = vertx.getOrCreateContext();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final Preparations preparations = new Preparations((_, _) -> "wasi-cgi", loop, meters);
    private volatile Instant now = Instant.EPOCH;
    private Store store;
    private BlobUploads blobs;

    @BeforeEach
    void open() {
        InstantSource clock = () -> now;
        store = Store.open(Engine.SQLITE.fresh(folder), clock, loop);
        blobs =
                new Uploads(vertx, folder, 1 << 20, preparations, store.uploaded(), meters)
                        .blobs(new Pushed(store, clock), clock);
    }

    @AfterEach
    void close() {
        preparations.close();
        store.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    private <T> T onLoop(Supplier<T> work) {
        return CompletableFuture.supplyAsync(work, task -> loop.runOnContext(_ -> task.run()))
                .join();
    }

    @Test
    void anUploadOnWhichNothingMovesEndsAfterItsTime() {
        String id = onLoop(() -> blobs.begin(HELLO).id());
        now = now.plus(BlobUploads.IDLE_MAX);
        assertThat(onLoop(() -> find(id)).bytes()).isZero();
        now = now.plusMillis(1);
        assertThatThrownBy(() -> onLoop(() -> find(id)))
                .hasCauseInstanceOf(Refusal.class)
                .hasMessageContaining("nothing moved for 10 min");
    }

    private BlobUploads.Session find(String id) {
        blobs.endIdle();
        return blobs.find(HELLO, id);
    }
}

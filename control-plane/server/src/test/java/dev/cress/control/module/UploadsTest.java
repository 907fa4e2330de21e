package dev.cress.control.module;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.cress.contract.TenantName;
import dev.cress.control.store.Engine;
import dev.cress.control.store.Store;
import dev.cress.control.store.Uploaded;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.ReadStream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;

class UploadsTest {
    @TempDir private Path folder;

    private final Vertx vertx = Vertx.vertx();
    private final Context loop = vertx.getOrCreateContext();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final Preparations preparations = new Preparations((_, _) -> "wasi-cgi", loop, meters);
    private Store store;
    private Uploads uploads;

    /// A body whose sender goes away before any of it came. As with a connection, only who listens
    /// at that moment hears of it.
    private static final class AbandonedBody implements ReadStream<Buffer> {
        private @Nullable Handler<Throwable> onException;

        void abandon() {
            if (onException != null) {
                onException.handle(new IOException("the connection was closed"));
            }
        }

        @Override
        public ReadStream<Buffer> exceptionHandler(@Nullable Handler<Throwable> handler) {
            onException = handler;
            return this;
        }

        @Override
        public ReadStream<Buffer> handler(@Nullable Handler<Buffer> handler) {
            return this;
        }

        @Override
        public ReadStream<Buffer> pause() {
            return this;
        }

        @Override
        public ReadStream<Buffer> resume() {
            return this;
        }

        @Override
        public ReadStream<Buffer> fetch(long amount) {
            return this;
        }

        @Override
        public ReadStream<Buffer> endHandler(@Nullable Handler<Void> handler) {
            return this;
        }
    }

    @BeforeEach
    void open() {
        store = Store.open(Engine.SQLITE.fresh(folder), InstantSource.system(), loop);
        uploads = new Uploads(vertx, folder, 1 << 20, preparations, store.uploaded(), meters);
    }

    @AfterEach
    void close() {
        preparations.close();
        store.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    @Test
    void senderThatLeavesBeforeTheFileIsOpenGivesItsPlaceBack() {
        Promise<Uploads.Stored> ended = Promise.promise();
        loop.runOnContext(
                _ -> {
                    var body = new AbandonedBody();
                    var sender =
                            new Uploads.Sender(
                                    new Uploaded.Sender(TenantName.DEFAULT, null),
                                    Future.succeededFuture());
                    uploads.receive(sender, body, -1, "auto").onComplete(ended);
                    body.abandon();
                });
        await().until(() -> ended.future().failed());
        assertThat(ended.future().cause()).hasMessage("the connection was closed");
        assertThat(meters.get("cress.control.uploads.running").gauge().value()).isZero();
        assertThat(folder.resolve("upload-0")).doesNotExist();
    }
}

package dev.cress.control.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.cress.contract.Api.AuditEntry;
import dev.cress.control.store.Actor;
import dev.cress.control.store.Engine;
import dev.cress.control.store.Store;

import io.vertx.core.Vertx;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;

/// A caller who is refused without end, and one beside him.
class RefusedAttemptsTest {
    private final Vertx vertx = Vertx.vertx();
    private Store store;
    private RefusedAttempts attempts;

    @BeforeEach
    void start(@TempDir Path folder) {
        store =
                Store.open(
                        Engine.SQLITE.fresh(folder),
                        InstantSource.system(),
                        vertx.getOrCreateContext());
        attempts = new RefusedAttempts(store.audit());
    }

    @AfterEach
    void stop() {
        store.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    private static Actor from(String token, String address) {
        return new Actor(token, "name", "", "GET /x", "", "r", address);
    }

    private List<AuditEntry> entries() {
        return store.audit()
                .list(null, Long.MAX_VALUE, 1_000)
                .toCompletionStage()
                .toCompletableFuture()
                .join();
    }

    private void awaitEntries(int count) {
        await().untilAsserted(() -> assertThat(entries()).hasSize(count));
    }

    @Test
    void someOfEachCallersAreKeptAndTheOthersCounted() {
        for (int i = 0; i < 1_000; i++) {
            attempts.add(from("", "10.0.0.1"), "unauthorised");
        }
        attempts.add(from("quiet", "10.0.0.1"), "forbidden");
        attempts.tick();
        awaitEntries(RefusedAttempts.PER_CALLER_MAX + 1);
        for (int second = 1; second < RefusedAttempts.WINDOW.toSeconds(); second++) {
            attempts.tick();
        }
        awaitEntries(RefusedAttempts.PER_CALLER_MAX + 2);
        assertThat(entries().getFirst().outcome()).isEqualTo("dropped");
        assertThat(entries().getFirst().count()).isEqualTo(1_000 - RefusedAttempts.PER_CALLER_MAX);
    }

    @Test
    void callersBeyondThoseThatAreToldApartCountAsOne() {
        for (int i = 0; i < RefusedAttempts.CALLERS_MAX + 500; i++) {
            attempts.add(from("", "10.0.%d.%d".formatted(i / 250, i % 250)), "unauthorised");
        }
        attempts.tick();
        awaitEntries(RefusedAttempts.CALLERS_MAX);
    }
}

package dev.cress.wasm;

import static dev.cress.wasm.guest.RunLimits.MIB;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.cress.wasm.guest.Outcome;
import dev.cress.wasm.guest.RefusedModuleException;
import dev.cress.wasm.guest.RunLimits;
import dev.cress.wasm.guest.Wanted;
import dev.cress.wasm.image.Sha256;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/// What nobody asks for takes no memory, and is back when somebody does.
@Timeout(60)
class ColdTest {
    private final WasmHost host = new WasmHost(64 * MIB);
    private final AtomicInteger loads = new AtomicInteger();

    @AfterEach
    void close() {
        host.releaseIdle();
        assertThat(host.guestMemoryBytes()).isZero();
        host.close();
    }

    private Image load() throws RefusedModuleException {
        loads.incrementAndGet();
        return host.prepare(Guests.bytes("hello"), "auto");
    }

    private static Outcome run(Isolates isolates) {
        return isolates.run(RecordedExchange.get("/"), RunLimits.DEFAULT).execute().outcome();
    }

    @Test
    void theFirstRequestLoadsWhatLaterOnesUse() {
        try (var isolates = host.isolates(this::load)) {
            assertThat(isolates.isCold()).isTrue();
            assertThat(loads).hasValue(0);
            assertThat(run(isolates)).isEqualTo(new Outcome.Completed());
            assertThat(run(isolates)).isEqualTo(new Outcome.Completed());
            assertThat(loads).hasValue(1);
        }
    }

    @Test
    void requestsThatComeTogetherWaitForOneLoad() {
        try (var isolates = host.isolates(this::load)) {
            List<CompletableFuture<Outcome>> runs =
                    IntStream.range(0, 8)
                            .mapToObj(_ -> CompletableFuture.supplyAsync(() -> run(isolates)))
                            .toList();
            assertThat(runs)
                    .allSatisfy(run -> assertThat(run.join()).isEqualTo(new Outcome.Completed()));
            assertThat(loads).hasValue(1);
        }
    }

    @Test
    void goesColdWhenNobodyAsksAndComesBack() throws RefusedModuleException {
        byte[] module = Guests.bytes("hello");
        try (var hasty = new WasmHost(64 * MIB, Duration.ofMillis(1));
                var isolates =
                        hasty.isolates(
                                hasty.prepare(module, "auto"),
                                () -> {
                                    loads.incrementAndGet();
                                    return hasty.prepare(module, "auto");
                                })) {
            assertThat(run(isolates)).isEqualTo(new Outcome.Completed());
            await().until(isolates::isCold);
            await().until(() -> hasty.guestMemoryBytes() == 0);
            assertThat(run(isolates)).isEqualTo(new Outcome.Completed());
            assertThat(loads).hasPositiveValue();
        }
    }

    @Test
    void nothingHoldsAnImageThatWentCold() throws RefusedModuleException {
        try (var isolates = host.isolates(this::load)) {
            assertThat(run(isolates)).isEqualTo(new Outcome.Completed());
            var image = new WeakReference<>(isolates.image());
            isolates.cool();
            await().until(
                            () -> {
                                System.gc();
                                return image.get() == null;
                            });
        }
    }

    @Test
    void aRunUnderWayKeepsItsImage() throws InterruptedException {
        try (var isolates = host.isolates(this::load)) {
            var exchange = new BlockedExchange();
            var run = isolates.run(exchange, RunLimits.DEFAULT);
            var outcome = CompletableFuture.supplyAsync(() -> run.execute().outcome());
            exchange.awaitGuest();
            isolates.cool();
            assertThat(isolates.isCold()).isTrue();
            run.abandon();
            assertThat(outcome.join()).isEqualTo(new Outcome.Abandoned());
            assertThat(host.guestMemoryBytes()).isZero();
        }
    }

    @Test
    void anImageThatCannotBeHadIsAskedForAgain() {
        Isolates.Source broken =
                () -> {
                    if (loads.get() == 0) {
                        loads.incrementAndGet();
                        throw new IOException("no disk, on purpose");
                    }
                    return load();
                };
        try (var isolates = host.isolates(broken)) {
            assertThatThrownBy(() -> run(isolates))
                    .isInstanceOf(WasmHostException.class)
                    .hasMessageContaining("no disk");
            assertThat(run(isolates)).isEqualTo(new Outcome.Completed());
        }
    }

    /// As after a start: the image is on disk, and nobody has the module's bytes at hand.
    @Test
    void comesFromDiskWithoutTheModule(@TempDir Path folder) throws RefusedModuleException {
        byte[] module = Guests.bytes("hello");
        String sha256 = Sha256.hex(module);
        try (var first = WasmHost.forAnybodysModules(folder)) {
            assertThat(first.isKept(sha256, Wanted.AUTO)).isFalse();
            assertThat(first.kept(sha256, Wanted.AUTO)).isEmpty();
            first.prepare(module, "auto");
        }
        try (var again = WasmHost.forAnybodysModules(folder);
                var isolates =
                        again.isolates(() -> again.kept(sha256, Wanted.AUTO).orElseThrow())) {
            assertThat(again.isKept(sha256, Wanted.AUTO)).isTrue();
            assertThat(run(isolates)).isEqualTo(new Outcome.Completed());
        }
    }
}

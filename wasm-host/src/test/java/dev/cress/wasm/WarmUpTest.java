package dev.cress.wasm;

import static dev.cress.wasm.guest.RunLimits.MIB;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cress.wasm.guest.RunLimits;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/// What is done before a version's first client comes is bounded, and leaves nothing. A warm-up has
/// a thread of its own here as in a node, since that thread yields to all others afterwards.
@Timeout(120)
class WarmUpTest {
    private static final WasmHost HOST = new WasmHost(512 * MIB);
    private static final Guests GUESTS = new Guests(HOST);
    private static final Executor THREADS =
            task -> Thread.ofPlatform().name("warm-up").daemon().start(task);
    private static final Duration LONG = Duration.ofMinutes(5);
    private static final Duration SOON = Duration.ofSeconds(45);
    private static final int MANY = 1_000_000;

    private Isolates isolates = HOST.isolates(GUESTS.image("hello"));

    @AfterAll
    static void closeHost() {
        HOST.close();
    }

    @AfterEach
    void close() {
        isolates.close();
        assertThat(HOST.guestMemoryBytes()).isZero();
    }

    private WarmUp of(String guest, String path, int runsMax) {
        isolates.close();
        isolates = HOST.isolates(GUESTS.image(guest));
        var request = RecordedExchange.get(path).request();
        return isolates.warmUp(request, new byte[0], RunLimits.DEFAULT, List.of(), runsMax);
    }

    private static WarmUp.Result run(WarmUp warmUp, Duration time) {
        return CompletableFuture.supplyAsync(() -> warmUp.run(time), THREADS).join();
    }

    @Test
    void makesTheRunsThatItWasAskedFor() {
        var result = run(of("hello", "/", 25), LONG);
        assertThat(result.runs()).isEqualTo(25);
        assertThat(result.first()).isPositive();
        assertThat(result.fastest()).isPositive().isLessThanOrEqualTo(result.first());
        assertThat(isolates.idle()).as("its own, and one made ahead").isBetween(1, 2);
        assertThat(HOST.isolateMismatches()).isZero();
    }

    @Test
    void makesNoneWhenNoneAreAskedFor() {
        assertThat(run(of("hello", "/", 0), LONG).runs()).isZero();
        assertThat(isolates.idle()).isZero();
    }

    @Test
    void endsWhenItsTimeIsOver() {
        var warmUp = of("hello", "/", MANY);
        long start = System.nanoTime();
        var result = run(warmUp, Duration.ofMillis(300));
        assertThat(Duration.ofNanos(System.nanoTime() - start))
                .isBetween(Duration.ofMillis(300), SOON);
        assertThat(result.runs()).isBetween(1, MANY - 1);
    }

    @Test
    void aGuestThatSpinsHasNoMoreThanTheWarmUpsTime() {
        var warmUp = of("runaway", "/spin", MANY);
        long start = System.nanoTime();
        assertThat(run(warmUp, Duration.ofMillis(200)).runs()).isEqualTo(1);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(SOON);
    }

    @Test
    void aRunThatFailsIsTheLast() {
        assertThat(run(of("runaway", "/trap", MANY), LONG).runs()).isEqualTo(1);
    }

    @Test
    void endsWhenItIsCancelled() {
        var warmUp = of("runaway", "/sleep", MANY);
        var done = CompletableFuture.supplyAsync(() -> warmUp.run(LONG), THREADS);
        warmUp.cancel();
        assertThat(done.orTimeout(SOON.toSeconds(), TimeUnit.SECONDS).join().runs())
                .isLessThanOrEqualTo(1);
    }
}

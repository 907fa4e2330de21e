package dev.cress.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.cress.cli.Wire.Answer;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/// A tenant's requests per second, as all nodes together let them through: wherever they come, and
/// without the control plane as well. Clients ask much more than that.
@Timeout(240)
@Order(Integer.MAX_VALUE - 2)
class TenantRateTest {
    private static final int RATE = 100;
    private static final int CLIENTS_EACH = 4;

    /// Of each client, four times what is let through of them all.
    private static final Duration EVERY = Duration.ofMillis(10);

    private static final Duration ASKED = Duration.ofSeconds(5);

    /// Lengths of [#ASKED] of which one has to fit: a machine that stands still for a second spoils
    /// one.
    private static final int TRIES_MAX = 4;

    private static final double TOLERATED = 0.2;

    private static LocalFleet fleet;

    @BeforeAll
    static void start(@TempDir Path data) throws IOException {
        fleet = new LocalFleet(data);
        assertThat(
                        fleet.cress("tenant", "create", "acme", "--requests-per-second", RATE)
                                .exitCode())
                .isZero();
        fleet.deploy("shop", LocalFleet.module("hello"), "--tenant", "acme");
        fleet.deploy("free", LocalFleet.module("hello"));
        // both nodes have been told
        for (String client : List.of(Load.IN_GERMANY, Load.IN_THE_US)) {
            await().atMost(LocalFleet.SOON)
                    .until(() -> ask("shop.acme", Duration.ofMillis(200), client).refused > 0);
        }
    }

    @AfterAll
    static void stop() {
        fleet.close();
    }

    /// What clients heard.
    private record Heard(int served, int refused, Duration took) {
        double servedPerSecond() {
            return served * 1e9 / took.toNanos();
        }
    }

    /// Clients who ask one after the other for this long, some from each of these places.
    private static Heard ask(String function, Duration time, String... from) {
        var served = new AtomicInteger();
        var refused = new AtomicInteger();
        long start = System.nanoTime();
        try (var clients = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> asking = new ArrayList<>();
            for (int i = 0; i < CLIENTS_EACH * from.length; i++) {
                String place = from[i % from.length];
                asking.add(
                        clients.submit(() -> askOnAndOn(function, place, time, served, refused)));
            }
            for (Future<?> each : asking) {
                each.get();
            }
        } catch (InterruptedException | ExecutionException e) {
            throw new AssertionError(e);
        }
        var took = Duration.ofNanos(System.nanoTime() - start);
        return new Heard(served.get(), refused.get(), took);
    }

    private static void askOnAndOn(
            String function,
            String from,
            Duration time,
            AtomicInteger served,
            AtomicInteger refused) {
        long end = System.nanoTime() + time.toNanos();
        try (Wire wire = fleet.wire()) {
            for (long turn = System.nanoTime();
                    turn < end && System.nanoTime() < end;
                    turn += EVERY.toNanos()) {
                LockSupport.parkNanos(turn - System.nanoTime());
                Answer answer = wire.get("/", Load.headers(function, from, "rate"));
                if (answer.status() == 200) {
                    served.incrementAndGet();
                } else {
                    assertThat(answer.status()).as(answer.text()).isEqualTo(429);
                    assertThat(answer.error()).isEqualTo("rate-limited");
                    assertThat(answer.header("retry-after")).isEqualTo("1");
                    refused.incrementAndGet();
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// After shares have had two seconds to follow.
    private static void letsTheRateThrough(String... from) {
        ask("shop.acme", Duration.ofSeconds(2), from);
        Heard heard = ask("shop.acme", ASKED, from);
        for (int i = 1; i < TRIES_MAX && !fits(heard); i++) {
            heard = ask("shop.acme", ASKED, from);
        }
        assertThat(heard).as("of %d requests per second", RATE).matches(TenantRateTest::fits);
    }

    private static boolean fits(Heard heard) {
        return heard.refused > 0 && Math.abs(heard.servedPerSecond() / RATE - 1) < TOLERATED;
    }

    @Test
    void itIsTheFleetsWhereverRequestsCome() {
        letsTheRateThrough(Load.IN_GERMANY);
        letsTheRateThrough(Load.IN_GERMANY, Load.IN_THE_US);
        letsTheRateThrough(Load.IN_THE_US);
        letsTheRateThrough(Load.IN_GERMANY, Load.IN_THE_US);
        fleet.fleet.stopControlPlane();
        try {
            letsTheRateThrough(Load.IN_GERMANY, Load.IN_THE_US);
        } finally {
            fleet.fleet.startControlPlane();
        }
    }

    @Test
    void othersAreNotHeldBack() {
        Heard heard = ask("free", Duration.ofSeconds(1), Load.IN_GERMANY);
        assertThat(heard.refused).isZero();
        assertThat(heard.served).isGreaterThan(RATE);
    }
}

package dev.cress.wasm.stop;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Isolated;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/// The watchdog stops a run at the limit that it reached, and none that is within its limits.
@Timeout(30)
@Isolated("what fails in the watchdog's thread would end others' waits")
class WatchdogTest {
    private static final Duration LONG = Duration.ofMinutes(1);

    private final Watchdog watchdog = new Watchdog();

    @AfterEach
    void close() {
        watchdog.close();
    }

    /// Runs until it is stopped.
    private static void untilStopped(RunWord word, boolean spinning) {
        word.begin(new StopFlag());
        if (spinning) {
            word.leaveHost();
        }
        while (word.reason() == null) {
            stillInTime(word);
            if (spinning) {
                Thread.onSpinWait();
            } else {
                LockSupport.parkNanos(word, LONG.toNanos());
            }
        }
        word.end();
    }

    /// A reason is given before the interrupt: an interrupt without one is the test's own timeout.
    private static void stillInTime(RunWord word) {
        if (Thread.currentThread().isInterrupted() && word.reason() == null) {
            throw new AssertionError("not stopped in time");
        }
        Thread.onSpinWait();
    }

    @Test
    void spinningReachesTheCpuLimit() {
        var word = new RunWord(_ -> {});
        var cpu = Duration.ofMillis(50);
        try (var watch = watchdog.watch(word, cpu, LONG)) {
            untilStopped(word, true);
            assertThat(word.reason()).isEqualTo(StopReason.CPU_LIMIT);
            assertThat(Duration.ofNanos(watch.cpuNanos())).isBetween(cpu, Duration.ofMillis(500));
        }
    }

    @Test
    void waitingReachesTheWallLimit() {
        var word = new RunWord(_ -> {});
        var wall = Duration.ofMillis(80);
        long start = System.nanoTime();
        try (var watch = watchdog.watch(word, Duration.ofMillis(20), wall)) {
            untilStopped(word, false);
            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .isBetween(wall, Duration.ofSeconds(5));
            assertThat(word.reason()).isEqualTo(StopReason.WALL_LIMIT);
            assertThat(Duration.ofNanos(watch.cpuNanos())).isLessThan(Duration.ofMillis(20));
        }
    }

    @Test
    void aWatchThatWasClosedStopsNothing() {
        var word = new RunWord(_ -> {});
        word.begin(new StopFlag());
        watchdog.watch(word, LONG, Duration.ofMillis(1)).close();
        var next = new RunWord(_ -> {});
        try (var _ = watchdog.watch(next, LONG, Duration.ofMillis(50))) {
            untilStopped(next, false);
        }
        assertThat(word.reason()).isNull();
        word.end();
    }

    @Test
    void aWaitThatCannotBeCancelledDoesNotEndTheWatch() {
        var broken =
                new RunWord(
                        _ -> {
                            throw new IllegalStateException("on purpose: a cancel that fails");
                        });
        broken.begin(new StopFlag());
        try (var _ = watchdog.watch(broken, LONG, Duration.ofMillis(1))) {
            while (broken.reason() == null) {
                stillInTime(broken);
            }
        }
        broken.end();
        var next = new RunWord(_ -> {});
        try (var _ = watchdog.watch(next, LONG, Duration.ofMillis(20))) {
            untilStopped(next, false);
        }
        assertThat(next.reason()).isEqualTo(StopReason.WALL_LIMIT);
    }

    /// What a run used isn't charged to the next one on its thread.
    @Test
    void everyRunBeginsWithNoCpuTimeUsed() {
        for (int i = 0; i < 20; i++) {
            var word = new RunWord(_ -> {});
            var watch = watchdog.watch(word, LONG, LONG);
            long end = System.nanoTime() + Duration.ofMillis(5).toNanos();
            while (System.nanoTime() < end) {
                stillInTime(word);
            }
            watch.close();
            assertThat(Duration.ofNanos(watch.cpuNanos())).isLessThan(Duration.ofMillis(10));
        }
    }

    /// A thread may do something else between runs; nobody pays for that.
    @Test
    void whatTheThreadDidBetweenTwoRunsIsNobodys() {
        var first = new RunWord(_ -> {});
        var watch = watchdog.watch(first, LONG, LONG);
        watch.close();
        assertThat(watch.cpuNanos()).isNotNegative();
        long end = System.nanoTime() + Duration.ofMillis(200).toNanos();
        while (System.nanoTime() < end) {
            stillInTime(first);
        }
        var second = new RunWord(_ -> {});
        watch = watchdog.watch(second, Duration.ofMillis(150), LONG);
        watch.close();
        assertThat(Duration.ofNanos(watch.cpuNanos())).isLessThan(Duration.ofMillis(100));
    }

    @Test
    void wakesForEveryRunThatComesAfterARest() {
        for (int i = 0; i < 300; i++) {
            var word = new RunWord(_ -> {});
            word.begin(new StopFlag());
            word.leaveHost();
            try (var _ = watchdog.watch(word, LONG, Duration.ofNanos(1))) {
                while (word.reason() == null) {
                    stillInTime(word);
                }
            }
            word.end();
            assertThat(word.reason()).isEqualTo(StopReason.WALL_LIMIT);
        }
    }
}

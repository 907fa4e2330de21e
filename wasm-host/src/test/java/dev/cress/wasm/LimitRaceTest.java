package dev.cress.wasm;

import static dev.cress.wasm.assembly.WasmBytes.bytes;
import static dev.cress.wasm.guest.RunLimits.MIB;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cress.wasm.assembly.Assembler;
import dev.cress.wasm.guest.Outcome;
import dev.cress.wasm.guest.RefusedModuleException;
import dev.cress.wasm.guest.RunLimits;
import dev.cress.wasm.stop.RunWord;
import dev.cress.wasm.stop.StopFlag;
import dev.cress.wasm.stop.StopReason;
import dev.cress.wasm.stop.Watchdog;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Isolated;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;

/// Runs that end about when they reach their limit: a stop reaches the run that it was meant for or
/// nobody. `-Dcress.races=1000000` makes as many runs of words and a hundredth of guests.
@Timeout(600)
@Isolated("its races are of two threads on two cores")
class LimitRaceTest {
    private static final int THREADS = 2;
    private static final int WORDS = Integer.getInteger("cress.races", 200_000) / THREADS;
    private static final int GUESTS = Math.max(1_500, WORDS / 100);
    private static final Duration LIMIT = Duration.ofNanos(20_000);
    private static final int NEAR_NANOS = 50_000;

    /// The sum of what this many threads of such work return.
    private static int onThreads(Callable<Integer> work)
            throws InterruptedException, ExecutionException {
        int sum = 0;
        try (var threads = Executors.newFixedThreadPool(THREADS)) {
            for (var each : threads.invokeAll(List.of(work, work))) {
                sum += each.get();
            }
        }
        return sum;
    }

    /// Goes in and out of the host until this moment. Returns whether it was stopped.
    private static boolean stopped(RunWord word, StopFlag flag, long endNanos) {
        try {
            word.begin(flag);
            word.leaveHost();
            while (System.nanoTime() < endNanos) {
                boolean interrupted = Thread.currentThread().isInterrupted();
                assertThat(interrupted && word.reason() == null).as("another's stop").isFalse();
                word.enterHost();
                word.leaveHost();
            }
        } catch (RuntimeException stop) {
            assertThat(word.reason()).isEqualTo(StopReason.WALL_LIMIT);
            return true;
        } finally {
            word.end();
        }
        return false;
    }

    @Test
    void theWatchdogStopsNobodyButTheRunThatReachedItsLimit()
            throws InterruptedException, ExecutionException {
        var flag = new StopFlag();
        try (var watchdog = new Watchdog()) {
            int stops =
                    onThreads(
                            () -> {
                                int stopped = 0;
                                var random = new Random(3);
                                for (int i = 0; i < WORDS; i++) {
                                    var word = new RunWord(_ -> {});
                                    long end = System.nanoTime() + LIMIT.toNanos();
                                    end += random.nextInt(2 * NEAR_NANOS) - NEAR_NANOS;
                                    try (var _ = watchdog.watch(word, LIMIT, LIMIT)) {
                                        stopped += stopped(word, flag, end) ? 1 : 0;
                                    }
                                    assertThat(Thread.currentThread().isInterrupted()).isFalse();
                                }
                                return stopped;
                            });
            assertThat(stops).isBetween(100, THREADS * WORDS - 1);
        }
        assertThat(flag.isRaised()).isFalse();
    }

    /// Exits with 3, at once or, if the request has a body, after a million rounds.
    private static Image spinning(WasmHost host) throws RefusedModuleException {
        var module = Assembler.withMemory(1);
        int exit = module.wasi("proc_exit", "i");
        int read = module.wasi("fd_read", "iiii");
        module.data(0, bytes(8, 0, 0, 0, 1, 0, 0, 0).toBytes());
        var code = bytes().i32(0).i32(0).i32(1).i32(16).call(read).drop().i32(16);
        code.u8(0x28, 2, 0, 0x04, 0x40, 0x03, 0x40).i32(20).i32(20).u8(0x28, 2, 0).i32(1);
        code.u8(0x6a, 0x36, 2, 0).i32(20).u8(0x28, 2, 0).i32(1_000_000).u8(0x48, 0x0d, 0);
        code.end().end().i32(3).call(exit).end();
        return host.prepare(module.start(code).toBytes(), "auto");
    }

    private static Outcome run(Isolates isolates, byte[] body, RunLimits limits) {
        var exchange = RecordedExchange.of("POST", "/", body, List.of(), Map.of());
        return isolates.run(exchange, limits).execute().outcome();
    }

    @Test
    void theNextGuestOnAThreadIsNotStoppedForTheOneBefore()
            throws RefusedModuleException, InterruptedException, ExecutionException {
        var done = new Outcome.Exited(3);
        try (var host = new WasmHost(64 * MIB);
                var isolates = host.isolates(spinning(host))) {
            int stops =
                    onThreads(
                            () -> {
                                int stopped = 0;
                                var random = new Random(5);
                                for (int i = 0; i < GUESTS; i++) {
                                    var wall =
                                            Duration.ofNanos(500_000 + random.nextInt(1_000_000));
                                    var limits =
                                            new RunLimits(
                                                    Duration.ofSeconds(9), wall, MIB, 999, 9, 9);
                                    Outcome outcome = run(isolates, new byte[1], limits);
                                    assertThat(outcome).isIn(done, new Outcome.OutOfTime(wall));
                                    stopped += outcome.equals(done) ? 0 : 1;
                                    assertThat(run(isolates, new byte[0], RunLimits.DEFAULT))
                                            .isEqualTo(done);
                                }
                                return stopped;
                            });
            assertThat(stops).isBetween(1, THREADS * GUESTS - 1);
        }
    }
}

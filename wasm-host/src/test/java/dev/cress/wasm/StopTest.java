package dev.cress.wasm;

import static dev.cress.wasm.assembly.WasmBytes.bytes;
import static dev.cress.wasm.guest.RunLimits.MIB;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.cress.wasm.assembly.Assembler;
import dev.cress.wasm.assembly.WasmBytes;
import dev.cress.wasm.guest.GuestExchange;
import dev.cress.wasm.guest.Outcome;
import dev.cress.wasm.guest.RefusedModuleException;
import dev.cress.wasm.guest.RunLimits;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.stream.Stream;

/// However a guest holds on to its thread, the thread comes back.
@Timeout(60)
@Isolated("runs more spinners than there are cores")
class StopTest {
    private static final WasmHost HOST = new WasmHost(256 * MIB);
    private static final Duration HOUR = Duration.ofHours(1);

    /// On a machine with more to do.
    private static final Duration AT_ONCE = Duration.ofSeconds(20);

    @AfterAll
    static void close() {
        HOST.close();
    }

    @AfterEach
    void nothingIsLeft() {
        HOST.releaseIdle();
        assertThat(HOST.guestMemoryBytes()).isZero();
        assertThat(Thread.interrupted()).isFalse();
    }

    private static RunLimits limits(Duration cpu, Duration wall) {
        return new RunLimits(cpu, wall, MIB, 64 * 1024, MIB, 4 * 1024);
    }

    /// Logs a byte, then goes on with this code.
    private static Image logging(WasmBytes code) throws RefusedModuleException {
        return image("fd_write", "iiii", bytes().i32(2).i32(0).i32(1).i32(8).call(0).drop(), code);
    }

    /// A vector at 0 that holds a head and a body; a subscription at 48: the monotonic clock, in 73
    /// years.
    private static Image image(String call, String parameters, WasmBytes first, WasmBytes then)
            throws RefusedModuleException {
        var module = Assembler.withMemory(1);
        module.wasi(call, parameters);
        module.wasi("poll_oneoff", "iiii");
        byte[] answer = "Content-Type: a\n\n ok".getBytes(US_ASCII);
        byte[] century = bytes(1).repeat(14, 0).u8(0x20).toBytes();
        module.data(0, bytes(16, 0, 0, 0, answer.length, 0, 0, 0).toBytes())
                .data(16, answer)
                .data(64, century)
                .start(first.add(then).end());
        return HOST.prepare(module.toBytes(), "auto");
    }

    private static WasmBytes spinning() {
        return bytes(0x03, 0x40, 0x0c, 0, 0x0b);
    }

    private static Image spinner() throws RefusedModuleException {
        return logging(spinning());
    }

    private static Outcome run(Image image, GuestExchange exchange, RunLimits limits) {
        return Guests.run(HOST, image, exchange, limits).execute().outcome();
    }

    @Test
    void sixtyFourSpinnersAreAllStoppedAtTheirWallLimit()
            throws RefusedModuleException, InterruptedException, ExecutionException {
        Image image = spinner();
        var limits = limits(HOUR, Duration.ofMillis(500));
        var runs = new ArrayList<Callable<Outcome>>();
        for (int i = 0; i < 64; i++) {
            runs.add(() -> run(image, RecordedExchange.get("/"), limits));
        }
        long start = System.nanoTime();
        try (var threads = Executors.newFixedThreadPool(64)) {
            for (var outcome : threads.invokeAll(runs)) {
                assertThat(outcome.get()).isEqualTo(new Outcome.OutOfTime(limits.wall()));
            }
        }
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(AT_ONCE);
    }

    @Test
    void aSpinnerIsStoppedAtItsCpuLimitHoweverMuchWallTimeItHas() throws RefusedModuleException {
        var limits = limits(Duration.ofMillis(100), HOUR);
        assertThat(run(spinner(), RecordedExchange.get("/"), limits))
                .isEqualTo(new Outcome.OutOfCpu(limits.cpu()));
    }

    /// Functions of one parameter that don't end.
    private static Stream<Arguments> endless() {
        var next = bytes(0x20, 0, 0x41, 1, 0x6a, 0x41).u32(0x7fff).u8(0x71, 0x22, 0);
        var counted = bytes(0x03, 0x40, 0x41, 0, 0x21, 0, 0x03, 0x40, 0x20, 0, 0x41, 1, 0x6a);
        counted.u8(0x22, 0).i32(1_000_000_000).u8(0x48, 0x0d, 0, 0x0b, 0x0c, 0, 0x0b);
        return Stream.of(
                Arguments.of("an empty loop", spinning()),
                Arguments.of("a loop that counts", counted),
                Arguments.of("a loop that loads", loop(next, 0x28, 2, 0, 0x1a)),
                Arguments.of("a loop that stores", loop(next, 0x41, 7, 0x36, 2, 0)),
                Arguments.of("calls, 2 to the power of 60", calls()));
    }

    private static WasmBytes loop(WasmBytes first, int... then) {
        return bytes(0x03, 0x40).add(first).u8(then).u8(0x0c, 0, 0x0b);
    }

    private static WasmBytes calls() {
        var call = bytes(0x20, 0, 0x41, 1, 0x6b, 0x10, 0);
        return bytes(0x20, 0, 0x04, 0x40).add(call).add(call).u8(0x0b);
    }

    /// Its loop was compiled when it is stopped, with the poll as nothing.
    @ParameterizedTest(name = "{0}")
    @MethodSource("endless")
    void compiledCodeIsStoppedThatNeverWasBefore(String name, WasmBytes code)
            throws RefusedModuleException {
        var module = Assembler.withMemory(1);
        int endless = module.function("i", "", code.end());
        assertThat(endless).isZero();
        module.start(bytes().i32(60).call(endless).end());
        Image image = HOST.prepare(module.toBytes(), "auto");
        var limits = limits(HOUR, Duration.ofMillis(700));
        long start = System.nanoTime();
        assertThat(run(image, RecordedExchange.get("/"), limits))
                .isEqualTo(new Outcome.OutOfTime(limits.wall()));
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(AT_ONCE);
    }

    @Test
    void aSpinnerByTailCallsIsStoppedToo() throws RefusedModuleException {
        var module = Assembler.withMemory(1);
        int itself = module.function("", "", bytes(0x12).u32(0).end());
        assertThat(itself).isZero();
        module.start(bytes().call(itself).end());
        var limits = limits(Duration.ofMillis(100), HOUR);
        assertThat(run(HOST.prepare(module.toBytes(), "auto"), RecordedExchange.get("/"), limits))
                .isEqualTo(new Outcome.OutOfCpu(limits.cpu()));
    }

    @Test
    void aSpinnerInTheStartSectionIsRefused() {
        var module = Assembler.withMemory(1);
        module.startSection(module.function("", "", spinning().end())).start(bytes().end());
        assertThatExceptionOfType(RefusedModuleException.class)
                .isThrownBy(() -> HOST.prepare(module.toBytes(), "auto"))
                .withMessageContaining("start section did not end within 2 s of CPU time");
    }

    @Test
    void aBlockedReaderIsStoppedAtItsWallLimit() throws RefusedModuleException {
        var exchange = new BlockedExchange();
        var limits = limits(HOUR, Duration.ofMillis(100));
        Image reader =
                image(
                        "fd_read",
                        "iiii",
                        bytes().i32(0).i32(0).i32(1).i32(8).call(0).drop(),
                        spinning());
        assertThat(run(reader, exchange, limits)).isEqualTo(new Outcome.OutOfTime(limits.wall()));
        assertThat(exchange.cancels).hasValue(1);
    }

    @Test
    void aBlockedWriterIsStoppedWhenItsClientHasGone()
            throws RefusedModuleException, InterruptedException {
        var exchange = new BlockedExchange();
        Image writer =
                image(
                        "fd_write",
                        "iiii",
                        bytes().i32(1).i32(0).i32(1).i32(8).call(0).drop(),
                        spinning());
        assertThat(abandoned(writer, exchange)).isEqualTo(new Outcome.Abandoned());
    }

    @Test
    void aSpinnerIsStoppedWhenItsClientHasGone()
            throws RefusedModuleException, InterruptedException {
        assertThat(abandoned(spinner(), new BlockedExchange())).isEqualTo(new Outcome.Abandoned());
    }

    @Test
    void aSleeperIsStoppedWhenItsClientHasGone()
            throws RefusedModuleException, InterruptedException {
        Image sleeper =
                logging(bytes().i32(48).i32(200).i32(1).i32(8).call(1).drop().add(spinning()));
        assertThat(abandoned(sleeper, new BlockedExchange())).isEqualTo(new Outcome.Abandoned());
    }

    /// Runs until the guest is at work, then gives up on it.
    private static Outcome abandoned(Image image, BlockedExchange exchange)
            throws InterruptedException {
        var run = Guests.run(HOST, image, exchange, limits(HOUR, HOUR));
        var stopper =
                Thread.ofPlatform()
                        .start(
                                () -> {
                                    exchange.awaitGuest();
                                    run.abandon();
                                });
        Outcome outcome = run.execute().outcome();
        stopper.join();
        return outcome;
    }

    @Test
    void aThreadThatWasStoppedRunsTheNextGuest() throws RefusedModuleException {
        Image spinner = spinner();
        Image hello = new Guests(HOST).image("hello");
        for (int i = 0; i < 20; i++) {
            var limits = limits(Duration.ofMillis(5), HOUR);
            assertThat(run(spinner, RecordedExchange.get("/"), limits))
                    .isEqualTo(new Outcome.OutOfCpu(limits.cpu()));
            assertThat(run(hello, RecordedExchange.get("/?name=A"), RunLimits.DEFAULT))
                    .isEqualTo(new Outcome.Completed());
        }
    }
}

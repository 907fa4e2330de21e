package dev.cress.wasm;

import static dev.cress.wasm.assembly.WasmBytes.FUNCREF;
import static dev.cress.wasm.assembly.WasmBytes.bytes;
import static dev.cress.wasm.guest.RunLimits.MIB;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cress.wasm.assembly.Assembler;
import dev.cress.wasm.assembly.WasmBytes;
import dev.cress.wasm.guest.Outcome;
import dev.cress.wasm.guest.RefusedModuleException;
import dev.cress.wasm.guest.RunLimits;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/// Whatever a guest does with its time and memory, it meets its own limit, and others are answered
/// meanwhile.
@Timeout(300)
class HostileGuestsTest {
    private static final WasmHost HOST = new WasmHost(768 * MIB);
    private static final Guests GUESTS = new Guests(HOST);
    private static final int PAGES = 2_048;

    /// Between two answers, for a guest that comes last for the CPU.
    private static final Duration BREATH = Duration.ofMillis(2);

    private static final Duration CPU = Duration.ofMillis(300);
    private static final RunLimits LIMITS = limits(CPU);

    /// Enough to take all memory first, on a machine with more to do.
    private static final RunLimits TIME_ENOUGH = limits(Duration.ofSeconds(10));

    private static final Outcome OUT_OF_CPU = new Outcome.OutOfCpu(CPU);

    /// Wall time for a thread that all others go before.
    static RunLimits limits(Duration cpu) {
        return new RunLimits(cpu, Duration.ofHours(1), 128 * MIB, 999, MIB, 999);
    }

    @AfterAll
    static void close() {
        HOST.releaseIdle();
        assertThat(HOST.guestMemoryBytes()).isZero();
        HOST.close();
    }

    private record Hostile(String does, WasmBytes code, Outcome outcome) {
        RunLimits limits() {
            return outcome.equals(OUT_OF_CPU) ? LIMITS : TIME_ENOUGH;
        }

        @Override
        public String toString() {
            return does;
        }
    }

    private static WasmBytes forEver(WasmBytes body) {
        return bytes(0x03, 0x40).add(body).u8(0x0c, 0, 0x0b);
    }

    private static WasmBytes counted(WasmBytes body) {
        // 2³¹ - 1 rounds, and again
        var step = bytes(0x20, 0).i32(1).u8(0x6a, 0x22, 0).i32(Integer.MAX_VALUE);
        return forEver(bytes(0x03, 0x40).add(body).add(step).u8(0x48, 0x0d, 0, 0x0b));
    }

    static Stream<Hostile> all() {
        var load = bytes(0x20, 0).i32(0xfff8).u8(0x71, 0x28, 2, 0, 0x21, 1);
        var store = bytes(0x20, 0).i32(0xfff8).u8(0x71, 0x20, 0, 0x36, 2, 0);
        var grown = bytes().i32(PAGES - 1).u8(0x40, 0).drop();
        var fill = bytes().i32(0).i32(7).i32(PAGES * 65_536).u8(0xfc, 11, 0);
        var move = bytes().i32(1).i32(0).i32(PAGES * 65_536 - 1).u8(0xfc, 10, 0, 0);
        var touch = bytes().i32(1).u8(0x40, 0).i32(16).u8(0x74).i32(0x7fff_ffff).u8(0x71, 0x21, 1);
        touch.u8(0x20, 1).i32(1).u8(0x36, 2, 0);
        var tableGrown = bytes(0xd0, FUNCREF).i32(1).u8(0xfc, 15, 0, 0x21, 1);
        return Stream.of(
                new Hostile("spins", forEver(bytes()), OUT_OF_CPU),
                new Hostile("spins and loads", forEver(load), OUT_OF_CPU),
                new Hostile("spins and stores", forEver(store), OUT_OF_CPU),
                new Hostile("counts", counted(bytes()), OUT_OF_CPU),
                new Hostile("counts and stores", counted(store), OUT_OF_CPU),
                new Hostile(
                        "grows by nothing", forEver(bytes().i32(0).u8(0x40, 0).drop()), OUT_OF_CPU),
                new Hostile(
                        "grows past its cap",
                        forEver(bytes().i32(1).u8(0x40, 0).drop()),
                        OUT_OF_CPU),
                new Hostile("fills 128 MiB", bytes().add(grown).add(forEver(fill)), OUT_OF_CPU),
                new Hostile("moves 128 MiB", bytes().add(grown).add(forEver(move)), OUT_OF_CPU),
                new Hostile(
                        "grows and touches",
                        forEver(touch),
                        new Outcome.OutOfMemory(LIMITS.memoryBytes())),
                new Hostile("grows a table past its cap", forEver(tableGrown), OUT_OF_CPU),
                new Hostile("drops a segment", forEver(bytes(0xfc, 9, 0)), OUT_OF_CPU));
    }

    private static Isolates isolates(WasmBytes code) throws RefusedModuleException {
        var module = Assembler.withMemory(1).table(1, 1 << 30).passiveData(new byte[9]);
        // two variables, for counting and for what nobody needs
        int hostile = module.functionWithLocals("", "", bytes(1, 2, WasmBytes.I32), code.end());
        return HOST.isolates(
                HOST.prepare(module.start(bytes().call(hostile).end()).toBytes(), "auto"));
    }

    private static Outcome answer() {
        var exchange = RecordedExchange.get("/?name=Ada");
        return Guests.run(HOST, GUESTS.image("hello"), exchange, RunLimits.DEFAULT)
                .execute()
                .outcome();
    }

    @ParameterizedTest
    @MethodSource("all")
    void meetsItsLimitAndOthersAreAnsweredMeanwhile(Hostile hostile)
            throws RefusedModuleException, InterruptedException, ExecutionException {
        assertThat(answer()).isEqualTo(new Outcome.Completed());
        try (var isolates = isolates(hostile.code())) {
            var exchange = RecordedExchange.of("POST", "/", new byte[0], List.of(), Map.of());
            var run = new FutureTask<>(() -> isolates.run(exchange, hostile.limits()).execute());
            Thread.ofPlatform().start(run);
            int answered = 0;
            while (!run.isDone()) {
                assertThat(answer()).isEqualTo(new Outcome.Completed());
                answered++;
                LockSupport.parkNanos(BREATH.toNanos());
            }
            assertThat(run.get().outcome()).isEqualTo(hostile.outcome());
            if (hostile.outcome().equals(OUT_OF_CPU)) {
                assertThat(answered).as("answers meanwhile").isPositive();
            }
        }
        assertThat(answer()).isEqualTo(new Outcome.Completed());
    }
}

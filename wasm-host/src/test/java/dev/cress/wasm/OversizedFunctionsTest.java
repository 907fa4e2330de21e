package dev.cress.wasm;

import static dev.cress.wasm.assembly.WasmBytes.bytes;
import static dev.cress.wasm.guest.RunLimits.MIB;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.cress.wasm.assembly.Assembler;
import dev.cress.wasm.assembly.WasmBytes;
import dev.cress.wasm.guest.Outcome;
import dev.cress.wasm.guest.RefusedModuleException;
import dev.cress.wasm.guest.RunLimits;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// Functions too large for a method of the JVM run in the engine's interpreter, with every limit,
/// and a module can't make the host look for them for long.
@Timeout(120)
@Order(2)
class OversizedFunctionsTest {
    private static final ThreadMXBean THREAD = ManagementFactory.getThreadMXBean();
    private static final int LARGE = 6_000;
    private static final int PAGE = 65_536;

    /// Forty take 2 to 4 s where nothing else runs.
    private static final Duration BUILD_CPU_MAX = Duration.ofSeconds(15);

    private final WasmHost host = new WasmHost(256 * MIB);

    @AfterEach
    void allMemoryIsGivenBack() {
        host.releaseIdle();
        assertThat(host.guestMemoryBytes()).isZero();
        host.close();
    }

    /// Adds to a number in memory as often, by code that isn't a loop.
    private static WasmBytes adding(int times) {
        var code = bytes();
        for (int i = 0; i < times; i++) {
            code.i32(100).i32(100).u8(0x28, 2, 0).i32(1).u8(0x6a, 0x36, 2, 0);
        }
        return code;
    }

    /// Code that isn't split, as something is on the stack all the way.
    private static WasmBytes whole(WasmBytes code) {
        return bytes().i32(0).add(code).drop().end();
    }

    /// Runs so many large functions and exits with what they have added up.
    private static byte[] module(int count, WasmBytes then) {
        var module = Assembler.withMemory(1);
        int exit = module.wasi("proc_exit", "i");
        var start = bytes();
        for (int i = 0; i < count; i++) {
            start.call(module.function("", "", whole(adding(LARGE).add(then))));
        }
        start.i32(100).u8(0x28, 2, 0).call(exit);
        return module.start(start.end()).toBytes();
    }

    private static Outcome run(Isolates isolates, Duration cpu) {
        var limits = new RunLimits(cpu, Duration.ofSeconds(50), 2 * MIB, 999, 999, 999);
        var exchange = RecordedExchange.of("POST", "/", new byte[0], List.of(), Map.of());
        return isolates.run(exchange, limits).execute().outcome();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 10, 40})
    void eachRunAfterTheOtherDoesTheSame(int count) throws RefusedModuleException {
        byte[] module = module(count, bytes());
        long cpu = THREAD.getCurrentThreadCpuTime();
        Image image = host.prepare(module, "auto");
        assertThat(Duration.ofNanos(THREAD.getCurrentThreadCpuTime() - cpu))
                .isLessThan(BUILD_CPU_MAX);
        try (var isolates = host.isolates(image)) {
            for (int i = 0; i < 3; i++) {
                assertThat(run(isolates, Duration.ofSeconds(20)))
                        .isEqualTo(new Outcome.Exited(count * LARGE));
            }
        }
    }

    @Test
    void tooManyAreRefused() {
        byte[] module = module(41, bytes());
        long cpu = THREAD.getCurrentThreadCpuTime();
        assertThatExceptionOfType(RefusedModuleException.class)
                .isThrownBy(() -> host.prepare(module, "auto"))
                .withMessageContaining("over 40 functions that make more than 64 KiB of bytecode")
                .withMessageContaining("function 41 with its 36003 instructions");
        assertThat(Duration.ofNanos(THREAD.getCurrentThreadCpuTime() - cpu))
                .isLessThan(BUILD_CPU_MAX);
    }

    /// So many small functions that make much bytecode: each branch drops a thousand values that
    /// its block doesn't keep.
    private static byte[] dropping(int count) {
        var module = Assembler.withMemory(1);
        int exit = module.wasi("proc_exit", "i");
        var code = bytes(0x02, 0x40);
        for (int i = 0; i < 1_000; i++) {
            code.i32(1);
        }
        for (int i = 0; i < 100; i++) {
            code.i32(0).u8(0x0d, 0);
        }
        code.u8(0x00).end().end();
        for (int i = 0; i < count; i++) {
            module.function("", "", code);
            // one between them that fits
            module.function("", "", bytes().end());
        }
        return module.start(bytes().i32(7).call(exit).end()).toBytes();
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 40})
    void fewInstructionsThatMakeMuchBytecodeAreFoundAsWell(int count)
            throws RefusedModuleException {
        byte[] module = dropping(count);
        long cpu = THREAD.getCurrentThreadCpuTime();
        Image image = host.prepare(module, "auto");
        assertThat(Duration.ofNanos(THREAD.getCurrentThreadCpuTime() - cpu))
                .isLessThan(BUILD_CPU_MAX);
        try (var isolates = host.isolates(image)) {
            assertThat(run(isolates, Duration.ofSeconds(20))).isEqualTo(new Outcome.Exited(7));
        }
    }

    @Test
    void fewInstructionsThatMakeMuchBytecodeAreRefusedWhenTheyAreMany() {
        byte[] module = dropping(41);
        long cpu = THREAD.getCurrentThreadCpuTime();
        assertThatExceptionOfType(RefusedModuleException.class)
                .isThrownBy(() -> host.prepare(module, "auto"))
                .withMessageContaining("over 40 functions that make more than 64 KiB of bytecode");
        assertThat(Duration.ofNanos(THREAD.getCurrentThreadCpuTime() - cpu))
                .isLessThan(BUILD_CPU_MAX);
    }

    @Test
    void manyLocalsAreSuspectBeforeEverythingIsCompiled() throws RefusedModuleException {
        // each is set to zero: 100 KB
        var module = Assembler.withMemory(1);
        int exit = module.wasi("proc_exit", "i");
        int large = module.functionWithLocals("", "", bytes(1).u32(20_000).u8(0x7f), bytes().end());
        byte[] bytes = module.start(bytes().call(large).i32(7).call(exit).end()).toBytes();
        try (var isolates = host.isolates(host.prepare(bytes, "auto"))) {
            assertThat(run(isolates, Duration.ofSeconds(20))).isEqualTo(new Outcome.Exited(7));
        }
    }

    @Test
    void aSpinnerIsStoppedAtItsCpuLimit() throws RefusedModuleException {
        byte[] module = module(1, bytes(0x03, 0x40, 0x0c, 0, 0x0b));
        var limit = Duration.ofMillis(300);
        try (var isolates = host.isolates(host.prepare(module, "auto"))) {
            for (int i = 0; i < 3; i++) {
                assertThat(run(isolates, limit)).isEqualTo(new Outcome.OutOfCpu(limit));
            }
        }
    }

    @Test
    void whatOneTrapsInIsGoneForTheNext() throws RefusedModuleException {
        var module = Assembler.withMemory(1);
        int exit = module.wasi("proc_exit", "i");
        // a trap in the second call, deep in the interpreter
        int large =
                module.function(
                        "i",
                        "",
                        whole(
                                adding(LARGE)
                                        .u8(0x20, 0, 0x04, 0x40)
                                        .i32(PAGE)
                                        .u8(0x28, 2, 0, 0x1a, 0x0b)));
        var start = bytes().i32(0).call(large).i32(1).call(large);
        module.start(start.i32(0).call(exit).end());
        try (var isolates = host.isolates(host.prepare(module.toBytes(), "auto"))) {
            for (int i = 0; i < 3; i++) {
                assertThat(run(isolates, Duration.ofSeconds(20)))
                        .isInstanceOfSatisfying(
                                Outcome.Trapped.class,
                                trap -> assertThat(trap.reason()).contains("out of bounds"));
            }
        }
    }
}

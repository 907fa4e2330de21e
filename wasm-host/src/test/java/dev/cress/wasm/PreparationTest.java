package dev.cress.wasm;

import static dev.cress.wasm.assembly.WasmBytes.I64;
import static dev.cress.wasm.assembly.WasmBytes.bytes;
import static dev.cress.wasm.guest.RunLimits.MIB;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.management.ThreadMXBean;

import dev.cress.wasm.assembly.Assembler;
import dev.cress.wasm.assembly.WasmBytes;
import dev.cress.wasm.guest.Abi;
import dev.cress.wasm.guest.Outcome;
import dev.cress.wasm.guest.RefusedModuleException;
import dev.cress.wasm.guest.RunLimits;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

import java.lang.management.ManagementFactory;
import java.time.Duration;

/// A module that can't run here is refused before it runs, in words that its author can act on.
class PreparationTest {
    private static final WasmHost HOST = new WasmHost(64 * MIB);
    private static final RunLimits LIMITS =
            new RunLimits(
                    Duration.ofSeconds(2),
                    Duration.ofSeconds(5),
                    16 * MIB,
                    64 * 1024,
                    MIB,
                    4 * 1024);

    @AfterAll
    static void close() {
        HOST.close();
    }

    private static RefusedModuleException refusal(byte[] module) {
        return refusal(module, "auto");
    }

    private static RefusedModuleException refusal(byte[] module, String abi) {
        var refused =
                catchThrowableOfType(RefusedModuleException.class, () -> HOST.prepare(module, abi));
        assertThat(refused).as("refusal").isNotNull();
        return refused;
    }

    private static Outcome outcome(byte[] module) throws RefusedModuleException {
        Image image = HOST.prepare(module, "wasi-cgi");
        assertThat(image.abi()).isEqualTo(Abi.WASI_CGI);
        return Guests.run(HOST, image, RecordedExchange.get("/"), LIMITS).execute().outcome();
    }

    private static WasmBytes nothing() {
        return bytes().end();
    }

    @Test
    void aMissingImportIsNamed() {
        var module = new Assembler();
        module.importing("env", "foo", "i", "");
        var refused = refusal(module.start(nothing()).toBytes());
        assertThat(refused.code()).isEqualTo("missing-import");
        assertThat(refused.getMessage())
                .contains("env.foo;")
                .contains("wasi_snapshot_preview1", "extism:host/env");
    }

    @Test
    void ofManyMissingImportsFiveAreNamedAndTheRestCounted() {
        var module = new Assembler();
        for (int i = 0; i < 12; i++) {
            module.importing("env", "f" + i, "", "");
        }
        assertThat(refusal(module.start(nothing()).toBytes()).getMessage())
                .contains("env.f0, env.f1, env.f2, env.f3, env.f4 and 7 more");
    }

    @Test
    void aHostileNameReachesNoTerminal() throws RefusedModuleException {
        var module = new Assembler();
        module.importing("env", "\u001b[2J\n" + "x".repeat(9_000), "", "");
        byte[] bytes = module.start(nothing()).toBytes();
        assertThat(refusal(bytes).getMessage())
                .contains("env..[2J.xxx")
                .hasSizeLessThan(300)
                .doesNotContain("\n", "\u001b");
        assertThat(WasmHost.inspect(bytes).imports().getFirst().names().getFirst())
                .hasSizeLessThan(120);
    }

    @Test
    void aWasiImportOfAnotherTypeIsNamedWithBothTypes() {
        var module = new Assembler();
        module.wasi("fd_write", "iiI");
        var refused =
                refusal(
                        module.memory(bytes(0, 1))
                                .export("memory", 2, 0)
                                .start(nothing())
                                .toBytes());
        assertThat(refused.code()).isEqualTo("missing-import");
        assertThat(refused.getMessage())
                .contains("wasi_snapshot_preview1.fd_write", "(I32,I32,I64)", "(I32,I32,I32,I32)");
    }

    @Test
    void aModuleWithoutAnEntryIsToldWhatToExport() {
        byte[] module = Assembler.withMemory(1).toBytes();
        assertThat(refusal(module).code()).isEqualTo("unknown-abi");
        assertThat(refusal(module).getMessage()).contains("no _start", "main function");
    }

    @Test
    void aReactorIsToldToBeACommand() {
        var module = Assembler.withMemory(1);
        module.export("_initialize", 0, module.function("", "", nothing()));
        assertThat(refusal(module.toBytes()).getMessage()).contains("reactor", "_initialize");
    }

    @Test
    void aModuleThatHidesItsMemoryIsRefused() {
        byte[] module = new Assembler().memory(bytes(0, 1)).start(nothing()).toBytes();
        assertThat(refusal(module).getMessage()).contains("no memory named 'memory'");
    }

    @Test
    void anEntryThatWantsArgumentsIsRefused() {
        var module = Assembler.withMemory(1);
        module.export("_start", 0, module.function("i", "", nothing()));
        assertThat(refusal(module.toBytes()).getMessage()).contains("_start", "(I32)", "()");
    }

    @Test
    void anImportExportedAsTheEntryIsRefused() {
        var module = Assembler.withMemory(1);
        module.export("_start", 0, module.wasi("args_get", "ii"));
        assertThat(refusal(module.toBytes()).getMessage()).contains("_start", "(I32,I32)");
    }

    @Test
    void exportsThatPointAtNothingAreRefused() {
        for (int kind = 0; kind < 4; kind++) {
            byte[] module =
                    Assembler.withMemory(1)
                            .start(nothing())
                            .export("x", kind, 0x7fff_ffff)
                            .toBytes();
            var refused = refusal(module);
            assertThat(refused.code()).isEqualTo("invalid-module");
            assertThat(refused.getMessage()).contains("'x'", "2147483647");
        }
    }

    @Test
    void aNameExportedTwiceIsRefused() {
        byte[] module = Assembler.withMemory(1).start(nothing()).export("memory", 2, 0).toBytes();
        assertThat(refusal(module).getMessage()).contains("'memory' twice");
    }

    @Test
    void anUnknownAbiIsNamedWithThoseThatAreKnown() {
        byte[] module = Assembler.withMemory(1).start(nothing()).toBytes();
        assertThat(refusal(module, "wagi").code()).isEqualTo("unknown-abi");
        assertThat(refusal(module, "wagi").getMessage()).contains("wagi", "auto", "wasi-cgi");
    }

    @Test
    void codeThatIsNotValidIsRefused() {
        byte[] module = Assembler.withMemory(1).start(bytes(0x6a).end()).toBytes();
        assertThat(refusal(module).code()).isEqualTo("invalid-module");
        assertThat(refusal(module).getMessage()).startsWith("module is not valid: ");
    }

    @Test
    void aMemoryAboveFourGibibytesIsRefused() {
        byte[] module = Assembler.withMemory(65_537).start(nothing()).toBytes();
        assertThat(refusal(module).getMessage()).contains("65536");
    }

    @Test
    void aMemoryAboveTheLimitIsTheRunsOutcome() throws RefusedModuleException {
        assertThat(outcome(Assembler.withMemory(257).start(nothing()).toBytes()))
                .isEqualTo(new Outcome.OutOfMemory(16 * MIB));
    }

    @Test
    void aStartSectionThatTrapsIsRefused() {
        var module = Assembler.withMemory(1);
        module.startSection(module.function("", "", bytes(0x00).end())).start(nothing());
        assertThat(refusal(module.toBytes()).getMessage())
                .startsWith("module's start section trapped: ")
                .contains("unreachable");
    }

    @Test
    void aSegmentOutsideOfTheMemoryIsRefused() {
        byte[] module =
                Assembler.withMemory(1).data(65_535, new byte[2]).start(nothing()).toBytes();
        assertThat(refusal(module).getMessage()).contains("2 bytes at 65535", "65536");
    }

    @Test
    void lengthsInANameSectionAllocateNothing() throws RefusedModuleException {
        var names = bytes().name("name").u8(0).sized(bytes().u32(0x7fff_fff0L));
        byte[] module =
                bytes().add(Assembler.withMemory(1).start(nothing()).toBytes())
                        .section(0, names)
                        .toBytes();
        var thread = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = thread.getCurrentThreadAllocatedBytes();
        HOST.prepare(module, "auto");
        assertThat(thread.getCurrentThreadAllocatedBytes() - before).isLessThan(64 * MIB);
    }

    @Test
    void aFunctionWithTheMostLocalsRuns() throws RefusedModuleException {
        var module = Assembler.withMemory(1);
        var last = bytes().i64(7).u8(0x21).u32(19_999).u8(0x20).u32(19_999).drop().end();
        int full = module.functionWithLocals("", "", bytes(1).u32(20_000).u8(I64), last);
        assertThat(outcome(module.start(bytes().call(full).end()).toBytes()))
                .isInstanceOf(Outcome.BrokeProtocol.class);
    }

    @Test
    void theDeepestBlocksRun() throws RefusedModuleException {
        var code = bytes().repeat(4_999, 0x02, 0x40).repeat(4_999, 0x0b).end();
        assertThat(outcome(Assembler.withMemory(1).start(code).toBytes()))
                .isInstanceOf(Outcome.BrokeProtocol.class);
    }

    @Test
    void theMostParametersAndResultsRun() throws RefusedModuleException {
        var module = Assembler.withMemory(1);
        var results = bytes().repeat(100, 0x42, 1).end();
        int wide = module.function("I".repeat(1_000), "I".repeat(100), results);
        var code = bytes().repeat(1_000, 0x42, 1).call(wide).repeat(100, 0x1a).end();
        assertThat(outcome(module.start(code).toBytes())).isInstanceOf(Outcome.BrokeProtocol.class);
    }
}

package dev.cress.wasm.split;

import static dev.cress.wasm.assembly.WasmBytes.I32;
import static dev.cress.wasm.assembly.WasmBytes.bytes;
import static dev.cress.wasm.guest.RunLimits.MIB;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cress.wasm.Image;
import dev.cress.wasm.Isolates;
import dev.cress.wasm.WasmHost;
import dev.cress.wasm.assembly.Assembler;
import dev.cress.wasm.assembly.WasmBytes;
import dev.cress.wasm.code.ModuleParser;
import dev.cress.wasm.guest.Nobody;
import dev.cress.wasm.guest.Outcome;
import dev.cress.wasm.guest.RefusedModuleException;
import dev.cress.wasm.guest.RunLimits;
import dev.cress.wasm.javascript.ScriptModule;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/// A module does the same in pieces, however small they are.
@Timeout(120)
@Order(4)
class SplitModuleTest {
    private static final int PROGRAMS = 12;

    /// A number behind 63 is one of two bytes where it is signed.
    private static final int CASES = 200;

    private static final WasmHost HOST = new WasmHost(64 * MIB);

    /// Into whatever is cheaper to call than to have.
    private static final Split SMALLEST = new Split(0, 0, 1, 200);

    private static final Split SMALL = new Split(50, 40, 20, 80);

    @AfterAll
    static void close() {
        HOST.close();
    }

    private static Outcome outcome(byte[] module) throws RefusedModuleException {
        Image image = HOST.prepare(module, "auto");
        try (Isolates isolates = HOST.isolates(image)) {
            return isolates.run(new Nobody(), RunLimits.DEFAULT).execute().outcome();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1_000, 2_000, 3_000})
    void randomProgramsComeToTheSame(long firstSeed) throws RefusedModuleException {
        Set<Outcome> outcomes = new HashSet<>();
        int larger = 0;
        for (long seed = firstSeed; seed < firstSeed + PROGRAMS; seed++) {
            byte[] module = RandomFunction.program(seed);
            Outcome whole = outcome(module);
            outcomes.add(whole);
            for (Split split : new Split[] {SMALLEST, SMALL}) {
                byte[] pieces = SplitModule.of(module, split);
                larger += pieces.length > module.length ? 1 : 0;
                assertThat(outcome(pieces)).as("seed %d, %s", seed, split).isEqualTo(whole);
            }
        }
        // they do something, and differ
        assertThat(outcomes).hasSizeGreaterThan(PROGRAMS / 4);
        assertThat(larger).isGreaterThan(PROGRAMS);
    }

    /// Every other case falls through to the next, which is heavier and ends the switch.
    private static WasmBytes switching(int cases) {
        var code = bytes(0x02, 0x40).repeat(cases, 0x02, 0x40).u8(0x20, 0, 0x0e).u32(cases - 1);
        for (int i = 0; i < cases; i++) {
            code.u32(i);
        }
        for (int i = 0; i < cases; i++) {
            code.end().u8(0x20, 1).i32(i).u8(0x6a, 0x21, 1);
            if (i % 2 == 1) {
                code.u8(0x20, 1).i32(31).u8(0x6c).i32(i).u8(0x73, 0x21, 1);
                code.u8(0x0c).u32(cases - 1 - i);
            }
        }
        return code.end().u8(0x20, 1).end();
    }

    @Test
    void casesFallThroughFromOneSwitchToTheOther() throws RefusedModuleException {
        var module = Assembler.withMemory(1);
        int exit = module.wasi("proc_exit", "i");
        int switching = module.functionWithLocals("i", "i", bytes(1, 1, I32), switching(CASES));
        var start = bytes().i32(0);
        for (int i = 0; i <= CASES; i++) {
            start.i32(31).u8(0x6c).i32(i).call(switching).u8(0x6a);
        }
        byte[] whole = module.start(start.call(exit).end()).toBytes();
        byte[] pieces = SplitModule.of(whole, new Split(50, 40, 20, 300));
        assertThat(mostInstructions(pieces)).isLessThan(mostInstructions(whole));
        assertThat(outcome(pieces)).isEqualTo(outcome(whole)).isInstanceOf(Outcome.Exited.class);
    }

    private static int mostInstructions(byte[] module) {
        var code = ModuleParser.parse(module).codeSection();
        return IntStream.range(0, code.functionBodyCount())
                .map(i -> code.getFunctionBody(i).instructions().size())
                .max()
                .orElse(0);
    }

    @Test
    void theLoopOfAJavaScriptEngineIsCutUpTheSameEachTime() throws RefusedModuleException {
        byte[] engine = ScriptModule.of(new byte[0]);
        byte[] pieces = SplitModule.of(engine);
        assertThat(mostInstructions(engine)).isGreaterThan(15_000);
        assertThat(mostInstructions(pieces)).isLessThan(5_000);
        assertThat(SplitModule.of(engine)).isEqualTo(pieces);
    }

    /// Instructions of the module's functions, the pieces' behind them.
    private static List<Integer> sizes(byte[] module) {
        var code = ModuleParser.parse(module).codeSection();
        return IntStream.range(0, code.functionBodyCount())
                .mapToObj(i -> code.getFunctionBody(i).instructions().size())
                .toList();
    }

    @Test
    void ofManySuchFunctionsTheFirstAreCutUp() {
        WasmBytes locals = bytes(1, 1, I32);
        WasmBytes code = switching(20);
        int bodies = SplitModule.CUT_BYTES_MAX / bytes().add(locals).add(code).toBytes().length + 1;
        var module = Assembler.withMemory(1);
        for (int i = 0; i < bodies; i++) {
            module.functionWithLocals("i", "i", locals, code);
        }
        byte[] whole = module.toBytes();
        byte[] pieces = SplitModule.of(whole, new Split(50, 40, 20, 300));
        int before = sizes(whole).getFirst();
        assertThat(sizes(pieces).subList(0, bodies - 1)).allMatch(size -> size < before);
        assertThat(sizes(pieces).get(bodies - 1)).isEqualTo(before);
        assertThat(sizes(pieces)).hasSizeGreaterThan(bodies);
    }

    @Test
    void aModuleWithoutSuchAFunctionStaysAsItIs() {
        byte[] module = RandomFunction.program(1);
        assertThat(SplitModule.of(module)).isSameAs(module);
    }
}

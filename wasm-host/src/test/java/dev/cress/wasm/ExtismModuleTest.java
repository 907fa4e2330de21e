package dev.cress.wasm;

import static dev.cress.wasm.assembly.WasmBytes.bytes;
import static dev.cress.wasm.guest.RunLimits.MIB;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.cress.wasm.assembly.Assembler;
import dev.cress.wasm.assembly.WasmBytes;
import dev.cress.wasm.guest.Outcome;
import dev.cress.wasm.guest.RefusedModuleException;
import dev.cress.wasm.guest.RunLimits;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.time.Duration;
import java.util.List;

/// Which functions of a plug-in are called, when, and what their codes mean.
class ExtismModuleTest {
    private static final String MODULE = "extism:host/env";
    private static final WasmHost HOST = new WasmHost(64 * MIB);
    private static final RunLimits LIMITS =
            new RunLimits(Duration.ofSeconds(5), Duration.ofSeconds(9), MIB, 1_000, 999_999, 1_000);

    /// Of what is imported, in this order.
    private static final int ALLOC = 0;

    private static final int STORE = 1;
    private static final int OUTPUT = 2;
    private static final int ERROR = 3;
    private static final int EXIT = 4;

    @AfterAll
    static void close() {
        HOST.close();
    }

    private static Assembler plugin() {
        var module = Assembler.withMemory(1);
        module.importing(MODULE, "alloc", "I", "I");
        module.importing(MODULE, "store_u8", "Ii", "");
        module.importing(MODULE, "output_set", "II", "");
        module.importing(MODULE, "error_set", "I", "");
        module.wasi("proc_exit", "i");
        return module.global(0);
    }

    /// Puts a character out, by what was counted.
    private static WasmBytes output() {
        var code = bytes().i64(1).call(ALLOC).drop();
        code.i64(64).u8(0x23, 0).i32('0').u8(0x6a).call(STORE);
        return code.i64(64).i64(1).call(OUTPUT);
    }

    private static WasmBytes error() {
        return bytes().i64(1).call(ALLOC).drop().i64(64).i32('x').call(STORE).i64(64).call(ERROR);
    }

    /// Adds to what is counted, ten times of it.
    private static WasmBytes counts(int digit) {
        return bytes(0x23, 0).i32(10).u8(0x6c).i32(digit).u8(0x6a, 0x24, 0).end();
    }

    private static RecordedExchange outcome(byte[] module, Outcome outcome) {
        var exchange = RecordedExchange.get("/");
        try {
            Image image = HOST.prepare(module, "auto");
            assertThat(Guests.run(HOST, image, exchange, LIMITS).execute().outcome())
                    .isEqualTo(outcome);
        } catch (RefusedModuleException e) {
            throw new AssertionError(e.getMessage(), e);
        }
        return exchange;
    }

    private static Assembler exporting(Assembler module, String name, WasmBytes code) {
        return module.export(name, 0, module.function("", "i", code.end()));
    }

    private static String refusal(Assembler module) {
        var refused =
                catchThrowableOfType(
                        RefusedModuleException.class, () -> HOST.prepare(module.toBytes(), "auto"));
        assertThat(refused).as("refusal").isNotNull();
        return String.valueOf(refused.getMessage());
    }

    @ParameterizedTest
    @CsvSource({"0,0", "1,1", "-1,-1", "2147483647,2147483647"})
    void aCodeOtherThanZeroIsAnExit(int code, int exit) {
        var module = exporting(plugin(), "run", output().i32(code));
        var exchange =
                outcome(
                        module.toBytes(),
                        exit == 0 ? new Outcome.Completed() : new Outcome.Exited(exit));
        assertThat(exchange.answered()).isEqualTo(exit == 0);
    }

    @Test
    void anErrorIsAnExitWhateverTheCode() {
        byte[] quiet = exporting(plugin(), "run", error().i32(0)).toBytes();
        assertThat(outcome(quiet, new Outcome.Exited(-1)).logged()).containsExactly("ERROR x\n");
        byte[] coded = exporting(plugin(), "run", error().i32(7)).toBytes();
        assertThat(outcome(coded, new Outcome.Exited(7)).logged()).containsExactly("ERROR x\n");
    }

    @Test
    void anErrorThatWasTakenBackIsNone() {
        var code = error().i64(0).call(ERROR).i32(0);
        outcome(exporting(plugin(), "run", code).toBytes(), new Outcome.Completed());
    }

    @ParameterizedTest
    @CsvSource({"0", "3"})
    void anExitIsTheCode(int code) {
        var module = exporting(plugin(), "run", output().i32(code).call(EXIT).i32(9));
        var exchange =
                outcome(
                        module.toBytes(),
                        code == 0 ? new Outcome.Completed() : new Outcome.Exited(code));
        assertThat(exchange.answered()).isEqualTo(code == 0);
    }

    @Test
    void aTrapIsATrap() {
        outcome(
                exporting(plugin(), "run", bytes(0x00)).toBytes(),
                new Outcome.Trapped("Trapped on unreachable instruction"));
    }

    @Test
    void onlyTheOnesOwnFunctionIsCalled() {
        var module = exporting(plugin(), "run", output().i32(0));
        exporting(module, "__heap_base_of_a_runtime", bytes(0x00));
        exporting(module, "asyncify_get_state", bytes(0x00));
        module.export("malloc", 0, module.function("i", "i", bytes(0x00).end()));
        assertThat(outcome(module.toBytes(), new Outcome.Completed()).bodyText()).isEqualTo("0");
    }

    @Test
    void aProgramIsCalledAtItsStart() {
        var returning = plugin().start(output().end()).toBytes();
        assertThat(outcome(returning, new Outcome.Completed()).bodyText()).isEqualTo("0");
        var exiting = plugin();
        exiting.start(output().i32(0).call(EXIT).end());
        assertThat(outcome(exiting.toBytes(), new Outcome.Completed()).bodyText()).isEqualTo("0");
    }

    @Test
    void constructorsComeBeforeTheFunctionAndInsteadOfInitialize() {
        var module = exporting(plugin(), "run", output().i32(0));
        module.export("__wasm_call_ctors", 0, module.function("", "", counts(1)));
        module.export("_initialize", 0, module.function("", "", counts(2)));
        assertThat(outcome(module.toBytes(), new Outcome.Completed()).bodyText()).isEqualTo("1");
    }

    @Test
    void initializeComesBeforeTheFunction() {
        var module = exporting(plugin(), "run", output().i32(0));
        module.export("_initialize", 0, module.function("", "", counts(2)));
        assertThat(outcome(module.toBytes(), new Outcome.Completed()).bodyText()).isEqualTo("2");
    }

    @Test
    void haskellsRuntimeIsInitialisedLastWithZeros() {
        var module = exporting(plugin(), "run", output().i32(0));
        module.export("__wasm_call_ctors", 0, module.function("", "", counts(9)));
        module.export("_initialize", 0, module.function("", "", counts(1)));
        var code = bytes(0x20, 0, 0x20, 1, 0x6a, 0x23, 0, 0x6a).i32(3).u8(0x6a, 0x24, 0).end();
        module.export("hs_init", 0, module.function("ii", "", code));
        assertThat(outcome(module.toBytes(), new Outcome.Completed()).bodyText()).isEqualTo("4");
    }

    @Test
    void anInitialiserThatAsksForTheRequestRunsWithEveryRequest() {
        var module = Assembler.withMemory(1);
        module.importing(MODULE, "alloc", "I", "I");
        module.importing(MODULE, "store_u8", "Ii", "");
        module.importing(MODULE, "output_set", "II", "");
        module.importing(MODULE, "input_length", "", "I");
        module.global(0);
        exporting(module, "run", output().i32(0));
        var length = bytes().call(3).u8(0xa7, 0x24, 0).end();
        module.export("_initialize", 0, module.function("", "", length));
        for (String body : List.of("", "abc", "abcde")) {
            var exchange = RecordedExchange.post("/", body);
            try {
                Image image = HOST.prepare(module.toBytes(), "auto");
                assertThat(Guests.run(HOST, image, exchange, LIMITS).execute().outcome())
                        .isEqualTo(new Outcome.Completed());
            } catch (RefusedModuleException e) {
                throw new AssertionError(e.getMessage(), e);
            }
            assertThat(exchange.bodyText()).isEqualTo(String.valueOf(body.length()));
        }
    }

    @Test
    void aBodyThatDoesNotFitTheMemoryLimitIsTheOutcome() {
        var module = Assembler.withMemory(1);
        module.importing(MODULE, "input_length", "", "I");
        exporting(module, "run", bytes().call(0).drop().i32(0));
        var exchange = RecordedExchange.post("/", "x".repeat(1_100_000));
        try {
            Image image = HOST.prepare(module.toBytes(), "auto");
            assertThat(Guests.run(HOST, image, exchange, LIMITS).execute().outcome())
                    .isEqualTo(new Outcome.OutOfMemory(MIB));
        } catch (RefusedModuleException e) {
            throw new AssertionError(e.getMessage(), e);
        }
    }

    @Test
    void memoryThatAPluginAllocatesIsGivenBack() {
        var module = plugin();
        exporting(module, "run", bytes().i64(600_000).call(ALLOC).u8(0x50));
        byte[] bytes = module.toBytes();
        outcome(bytes, new Outcome.Completed());
        long taken = HOST.guestMemoryBytes();
        for (int i = 0; i < 20; i++) {
            outcome(bytes, new Outcome.Completed());
        }
        // less than one that is left, more than an isolate made ahead
        assertThat(HOST.guestMemoryBytes() - taken).isLessThan(600_000);
    }

    @Test
    void whatNoRequestCouldCallIsRefused() {
        assertThat(refusal(plugin())).contains("no function () -> i32", "export one");
        var other = plugin();
        other.export("run", 0, other.function("i", "i", bytes(0x00).end()));
        assertThat(refusal(other)).contains("no function () -> i32");
    }

    @Test
    void aPluginWithoutMemoryIsRefused() {
        var module = new Assembler();
        module.importing(MODULE, "alloc", "I", "I");
        assertThat(refusal(exporting(module, "run", bytes().i32(0)))).contains("no memory");
    }

    @Test
    void thereAreNoMoreFunctionsThanAThousand() {
        var module = plugin();
        int function = module.function("", "i", bytes().i32(0).end());
        for (int i = 0; i <= 1_000; i++) {
            module.export("f" + i, 0, function);
        }
        assertThat(refusal(module))
                .isEqualTo("module exports 1001 functions () -> i32, at most 1000");
    }
}

package dev.cress.wasm;

import static dev.cress.wasm.assembly.WasmBytes.bytes;
import static dev.cress.wasm.guest.RunLimits.MIB;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.cress.wasm.assembly.Assembler;
import dev.cress.wasm.assembly.WasmBytes;
import dev.cress.wasm.guest.LogLevel;
import dev.cress.wasm.guest.Outcome;
import dev.cress.wasm.guest.RefusedModuleException;
import dev.cress.wasm.guest.RunLimits;
import dev.cress.wasm.javascript.ScriptModule;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/// Each interface's lines come with the level that it says, and none below the level that is kept.
@Timeout(120)
class LogLevelsTest {
    private static final WasmHost HOST = new WasmHost(512 * MIB);
    private static final RunLimits LIMITS = RunLimits.DEFAULT.within(Duration.ofSeconds(20));
    private static final String EXTISM = "extism:host/env";
    private static final String[] OF_EXTISM = {"trace", "debug", "info", "warn", "error"};
    /// One local of 64 bits.
    private static final WasmBytes HANDLE = bytes(1, 1, WasmBytes.I64);

    private static final int OUTPUT = 1;
    private static final int ERROR = 2;

    private static Isolates handler;
    private static Isolates plugin;
    private static Isolates script;
    private static Isolates command;
    private static Isolates compute;

    @BeforeAll
    static void prepare() throws RefusedModuleException {
        handler = isolates(handlerModule());
        plugin = isolates(pluginModule());
        command = isolates(commandModule());
        compute = isolates(computeModule());
        script =
                isolates(
                        ScriptModule.of(
                                """
                                export default { fetch() {
                                  for (const level of ["debug", "log", "info", "warn", "error"])
                                    console[level](level, { a: 1 });
                                  return new Response();
                                } };
                                """
                                        .getBytes(UTF_8)));
    }

    @AfterAll
    static void close() {
        HOST.close();
    }

    private static Isolates isolates(byte[] module) throws RefusedModuleException {
        return HOST.isolates(HOST.prepare(module, "auto"));
    }

    /// Says something at every number that is a level of http-wasm, and at those beside.
    private static byte[] handlerModule() {
        var module = new HandlerModule();
        var code = bytes();
        for (int level = -2; level <= 3; level++) {
            code.add(module.callWith("log", level, "at " + level));
        }
        return module.request(code, 0).response(bytes()).toBytes();
    }

    /// Says a letter at every level, answers with the number of the level that it is told, and
    /// fails with an error of one letter.
    private static byte[] pluginModule() {
        var module = Assembler.withMemory(1);
        int alloc = module.importing(EXTISM, "alloc", "I", "I");
        int output = module.importing(EXTISM, "output_set", "II", "");
        int store = module.importing(EXTISM, "store_u8", "Ii", "");
        int told = module.importing(EXTISM, "get_log_level", "", "i");
        int failed = module.importing(EXTISM, "error_set", "I", "");
        int[] log =
                Arrays.stream(OF_EXTISM)
                        .mapToInt(level -> module.importing(EXTISM, "log_" + level, "I", ""))
                        .toArray();
        var code = bytes();
        for (int i = 0; i < log.length; i++) {
            code.add(block(alloc, store, bytes().i32(OF_EXTISM[i].charAt(0))));
            code.add(local(0x20)).call(log[i]);
        }
        code.add(block(alloc, store, bytes().call(told).i32('0').u8(0x6a)));
        int says =
                module.functionWithLocals(
                        "", "i", HANDLE, code.add(local(0x20)).i64(1).call(output).i32(0).end());
        var fails = block(alloc, store, bytes().i32('x')).add(local(0x20)).call(failed);
        module.export("run", 0, says);
        module.export("fail", 0, module.functionWithLocals("", "i", HANDLE, fails.i32(0).end()));
        return module.toBytes();
    }

    /// A block of one byte, whose handle is the local.
    private static WasmBytes block(int alloc, int store, WasmBytes value) {
        return bytes().i64(1).call(alloc).add(local(0x22)).add(value).call(store);
    }

    private static WasmBytes local(int instruction) {
        return bytes(instruction, 0);
    }

    /// Writes `said` and no line's end to these streams.
    private static WasmBytes writes(Assembler module, int write, int... streams) {
        module.data(0, bytes(16, 0, 0, 0, 4, 0, 0, 0).toBytes())
                .data(16, "said".getBytes(US_ASCII));
        var code = bytes();
        for (int stream : streams) {
            code.i32(stream).i32(0).i32(1).i32(8).call(write).drop();
        }
        return code;
    }

    private static byte[] commandModule() {
        var module = Assembler.withMemory(1);
        int write = module.wasi("fd_write", "iiii");
        return module.start(writes(module, write, ERROR).end()).toBytes();
    }

    /// Writes a line to the endpoint `said`, and to both streams.
    private static byte[] computeModule() {
        var module = Assembler.withMemory(1);
        int write = module.wasi("fd_write", "iiii");
        int endpoint = module.importing("fastly_log", "endpoint_get", "iii", "i");
        int line = module.importing("fastly_log", "write", "iiii", "i");
        var code = writes(module, write, OUTPUT, ERROR);
        code.i32(16).i32(4).i32(32).call(endpoint).drop();
        code.i32(32).u8(0x28, 2, 0).i32(16).i32(2).i32(36).call(line).drop();
        return module.start(code.end()).toBytes();
    }

    private static List<String> logged(Isolates guest, LogLevel kept, String path) {
        var exchange = RecordedExchange.get(path).keeping(kept);
        guest.run(exchange, LIMITS).execute();
        return exchange.logged();
    }

    /// Of all that is said, in this order, what is of this level or above.
    private static void keeps(List<String> logged, LogLevel kept, String... said) {
        assertThat(logged)
                .containsExactlyElementsOf(
                        Stream.of(said).filter(text -> level(text).isAtLeast(kept)).toList());
    }

    private static LogLevel level(String text) {
        return LogLevel.valueOf(text.substring(0, text.indexOf(' ')));
    }

    @ParameterizedTest
    @EnumSource
    void ofHttpWasm(LogLevel kept) {
        keeps(
                logged(handler, kept, "/"),
                kept,
                "DEBUG at -1\n",
                "INFO at 0\n",
                "WARN at 1\n",
                "ERROR at 2\n");
    }

    @ParameterizedTest
    @EnumSource
    void ofExtism(LogLevel kept) {
        keeps(
                logged(plugin, kept, "/run"),
                kept,
                "TRACE t\n",
                "DEBUG d\n",
                "INFO i\n",
                "WARN w\n",
                "ERROR e\n");
        keeps(logged(plugin, kept, "/fail"), kept, "ERROR x\n");
    }

    @ParameterizedTest
    @EnumSource
    void extismTellsThePluginWhichLevelIsKept(LogLevel kept) {
        var exchange = RecordedExchange.get("/run").keeping(kept);
        assertThat(plugin.run(exchange, LIMITS).execute().outcome())
                .isEqualTo(new Outcome.Completed());
        assertThat(exchange.bodyText())
                .isEqualTo(
                        switch (kept) {
                            case TRACE -> "0";
                            case DEBUG -> "1";
                            case INFO -> "2";
                            case WARN -> "3";
                            case ERROR -> "4";
                        });
    }

    @ParameterizedTest
    @EnumSource
    void ofScripts(LogLevel kept) {
        keeps(
                logged(script, kept, "/"),
                kept,
                "DEBUG debug {\"a\":1}\n",
                "INFO log {\"a\":1}\n",
                "INFO info {\"a\":1}\n",
                "WARN warn {\"a\":1}\n",
                "ERROR error {\"a\":1}\n");
    }

    @ParameterizedTest
    @EnumSource
    void standardErrorOfCgiIsInfo(LogLevel kept) {
        keeps(logged(command, kept, "/"), kept, "INFO said");
    }

    @ParameterizedTest
    @EnumSource
    void ofFastlyWhoseEndpointsAndStreamsAreInfo(LogLevel kept) {
        keeps(logged(compute, kept, "/"), kept, "INFO said", "INFO said", "INFO said: sa\n");
    }
}

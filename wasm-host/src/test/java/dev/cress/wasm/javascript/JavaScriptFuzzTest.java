package dev.cress.wasm.javascript;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.code_intelligence.jazzer.junit.FuzzTest;

import dev.cress.wasm.GrantedExchange;
import dev.cress.wasm.assembly.Assembler;
import dev.cress.wasm.fuzz.Choices;
import dev.cress.wasm.fuzz.HeapUse;
import dev.cress.wasm.fuzz.SoundHttp;
import dev.cress.wasm.guest.RunLimits;
import dev.cress.wasm.host.HostRun;
import dev.cress.wasm.memory.GuestMemory;
import dev.cress.wasm.memory.MemoryBudget;
import dev.cress.wasm.stop.GuestEnded;
import dev.cress.wasm.stop.GuestStopped;
import dev.cress.wasm.stop.RunWord;
import dev.cress.wasm.stop.StopFlag;
import dev.cress.wasm.stop.Watchdog;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.provider.MethodSource;

import run.endive.runtime.ImportFunction;
import run.endive.runtime.Instance;
import run.endive.wasm.Parser;
import run.endive.wasm.WasmEngineException;
import run.endive.wasm.types.MemoryLimits;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.Objects;

/// Whatever a script's engine says and asks, its calls answer or end it, and what goes out is HTTP.
@Timeout(20)
class JavaScriptFuzzTest {
    /// Pieces of bodies, 64 KiB of random and what the generator takes for them, texts.
    private static final long ALLOCATED_BYTES_MAX = 2 << 20;

    private static final Duration WALL = Duration.ofMillis(2);
    private static final int NAME_AT = 8;
    private static final int ARGUMENTS_AT = 256;
    private static final int ENGINE_AT = 1_024;
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final ImportFunction HOST_CALL =
            ScriptCalls.CALLS.functions().stream()
                    .filter(f -> f.name().equals("host_call"))
                    .findFirst()
                    .orElseThrow();

    private final GuestMemory memory =
            Objects.requireNonNull(
                    GuestMemory.allocate(new MemoryBudget(1 << 20), new MemoryLimits(2), 2));

    private final Instance instance =
            Instance.builder(Parser.parse(Assembler.withMemory(2).toBytes()))
                    .withMemoryFactory(_ -> memory)
                    .build();

    private final Watchdog watchdog = new Watchdog();

    @AfterEach
    void close() {
        watchdog.close();
    }

    /// The first byte says whether the engine makes calls or is asked to answer a request.
    @MethodSource("dev.cress.wasm.fuzz.HostileGuest#some")
    @FuzzTest
    void anyEngineAnswersOrEnds(byte[] input) {
        var choices = new Choices(input);
        var exchange = GrantedExchange.grantingAll();
        memory.fill((byte) 0, 0, memory.size());
        var word = new RunWord(_ -> {});
        var run = new HostRun(word, memory, exchange, RunLimits.DEFAULT, RANDOM);
        var script = new ScriptRun(run, new FuzzedEngine(memory, choices, ENGINE_AT));
        word.begin(new StopFlag());
        try (var _ = watchdog.watch(word, Duration.ofSeconds(9), WALL)) {
            switch (choices.u8()) {
                case 0 -> script.prepare("a");
                case 1 -> script.answer();
                default -> calls(word, choices);
            }
        } catch (WasmEngineException | GuestEnded | GuestStopped expected) {
            // as it should
        } finally {
            word.end();
        }
        SoundHttp.check(exchange);
    }

    private void calls(RunWord word, Choices choices) {
        word.leaveHost();
        while (choices.isLeft()) {
            call(choices);
        }
    }

    /// A function by its name, or by what the fuzzer takes for one.
    private void call(Choices choices) {
        int chosen = choices.u8();
        byte[] name =
                chosen < ScriptHost.NAMES.size()
                        ? ScriptHost.NAMES.get(chosen).getBytes(UTF_8)
                        : choices.some(chosen & 0x1f);
        int length = chosen == 0xff ? choices.i32() : name.length;
        memory.write(NAME_AT, name);
        var heap = new HeapUse();
        HOST_CALL.handle().apply(instance, NAME_AT, length, 0, choices.u8(), ARGUMENTS_AT);
        heap.requireAtMost(ALLOCATED_BYTES_MAX, "a call");
    }
}

package dev.cress.wasm.script;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;

import dev.cress.wasm.assembly.Assembler;
import dev.cress.wasm.fuzz.Choices;
import dev.cress.wasm.fuzz.HostileGuest;
import dev.cress.wasm.guest.Nobody;
import dev.cress.wasm.guest.Outcome;
import dev.cress.wasm.guest.RunLimits;
import dev.cress.wasm.host.HostRun;
import dev.cress.wasm.memory.GuestMemory;
import dev.cress.wasm.memory.MemoryBudget;
import dev.cress.wasm.stop.GuestEnded;
import dev.cress.wasm.stop.RunWord;
import dev.cress.wasm.stop.StopFlag;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.provider.MethodSource;

import run.endive.runtime.ImportFunction;
import run.endive.runtime.Instance;
import run.endive.wasm.Parser;
import run.endive.wasm.types.MemoryLimits;

import java.security.SecureRandom;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/// Whatever a script aborts with, the reason is a short line of text.
@Timeout(20)
class AssemblyScriptFuzzTest implements HostileGuest.Host {
    private static final long ALLOCATED_BYTES_MAX = 1 << 16;

    /// Two texts of 100 characters, and where it was.
    private static final int REASON_MAX = 260;

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final Map<String, ImportFunction> FUNCTIONS =
            AssemblyScriptFunctions.CALLS.functions().stream()
                    .collect(Collectors.toMap(ImportFunction::name, f -> f));

    private final GuestMemory memory =
            Objects.requireNonNull(
                    GuestMemory.allocate(new MemoryBudget(1 << 20), new MemoryLimits(1), 1));

    private final Instance instance =
            Instance.builder(Parser.parse(Assembler.withMemory(1).toBytes()))
                    .withMemoryFactory(_ -> memory)
                    .build();

    @MethodSource("dev.cress.wasm.fuzz.HostileGuest#some")
    @FuzzTest
    void anyAbortIsALineOfText(byte[] input) {
        memory.fill((byte) 0, 0, memory.size());
        restart();
        new HostileGuest(FUNCTIONS, ALLOCATED_BYTES_MAX, this).play(new Choices(input));
    }

    @Override
    public GuestMemory memory() {
        return memory;
    }

    @Override
    public void restart() {
        var word = new RunWord(_ -> {});
        memory.attach(new HostRun(word, memory, new Nobody(), RunLimits.DEFAULT, RANDOM));
        word.begin(new StopFlag());
        word.leaveHost();
    }

    @Override
    public long call(String function, long... arguments) {
        try {
            var handle = Objects.requireNonNull(FUNCTIONS.get(function)).handle();
            return handle.apply(instance, arguments)[0];
        } catch (GuestEnded ended) {
            assertThat(ended.outcome())
                    .isInstanceOfSatisfying(
                            Outcome.Trapped.class,
                            trapped ->
                                    assertThat(trapped.reason())
                                            .startsWith("abort: ")
                                            .hasSizeLessThan(REASON_MAX)
                                            .matches("[ -~…]*"));
            throw ended;
        }
    }
}

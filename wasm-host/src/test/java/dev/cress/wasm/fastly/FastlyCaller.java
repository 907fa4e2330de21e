package dev.cress.wasm.fastly;

import dev.cress.wasm.GrantedExchange;
import dev.cress.wasm.assembly.Assembler;
import dev.cress.wasm.guest.RunLimits;
import dev.cress.wasm.host.HostCaller;
import dev.cress.wasm.host.HostRun;
import dev.cress.wasm.memory.GuestMemory;
import dev.cress.wasm.memory.MemoryBudget;
import dev.cress.wasm.stop.RunWord;
import dev.cress.wasm.stop.StopFlag;

import run.endive.runtime.ImportFunction;
import run.endive.runtime.Instance;
import run.endive.wasm.Parser;
import run.endive.wasm.types.MemoryLimits;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/// Makes Fastly's calls as a guest would, on a memory of one page.
final class FastlyCaller implements HostCaller {
    static final Map<String, ImportFunction> FUNCTIONS =
            FastlyCalls.CALLS.functions().stream()
                    .collect(Collectors.toMap(f -> f.module() + "." + f.name(), f -> f));

    static final int MEMORY_BYTES = GuestMemory.PAGE_SIZE;
    private static final SecureRandom RANDOM = new SecureRandom();

    /// Nobody watches these runs: what waits, waits no longer.
    private static final RunLimits LIMITS = RunLimits.DEFAULT.within(Duration.ofMillis(1));

    final GuestMemory memory =
            Objects.requireNonNull(
                    GuestMemory.allocate(new MemoryBudget(1 << 20), new MemoryLimits(1), 1));

    private final Instance instance =
            Instance.builder(Parser.parse(Assembler.withMemory(1).toBytes()))
                    .withMemoryFactory(_ -> memory)
                    .build();

    RunWord word = new RunWord(_ -> {});

    FastlyCaller() {
        restart();
    }

    static int parameters(String function) {
        return Objects.requireNonNull(FUNCTIONS.get(function)).functionType().params().size();
    }

    /// A new run on the same memory, with a request of 3 bytes.
    GrantedExchange restart() {
        GrantedExchange exchange = GrantedExchange.grantingAll();
        word = new RunWord(_ -> {});
        var run = new HostRun(word, memory, exchange, LIMITS, RANDOM);
        memory.attach(run);
        word.begin(new StopFlag());
        word.leaveHost();
        return exchange;
    }

    /// Plays the rehearsal's script up to its end or the call that fails.
    FastlyRehearsal script() {
        return new FastlyRehearsal(memory, this);
    }

    @Override
    public long call(String module, String name, long... arguments) {
        return call(module + "." + name, arguments);
    }

    /// The status.
    int call(String name, long... arguments) {
        ImportFunction function = Objects.requireNonNull(FUNCTIONS.get(name), name);
        return (int) function.handle().apply(instance, arguments)[0];
    }

    /// What a call that puts a handle there gave.
    int made(String name, long... arguments) {
        int status = call(name, arguments);
        if (status != Status.OK) {
            throw new AssertionError(name + " answered " + status);
        }
        return memory.readInt((int) arguments[arguments.length - 1]);
    }
}

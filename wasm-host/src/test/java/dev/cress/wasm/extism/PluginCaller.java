package dev.cress.wasm.extism;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.cress.wasm.assembly.Assembler;
import dev.cress.wasm.guest.Capabilities;
import dev.cress.wasm.guest.GuestExchange;
import dev.cress.wasm.guest.GuestRequest;
import dev.cress.wasm.guest.Nobody;
import dev.cress.wasm.guest.RunLimits;
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
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/// Calls Extism's functions as a guest would that has a page of memory and may have 4 MiB.
final class PluginCaller {
    static final Map<String, ImportFunction> FUNCTIONS =
            ExtismFunctions.CALLS.functions().stream()
                    .collect(Collectors.toMap(ImportFunction::name, f -> f));

    static final int BYTES_MAX = 4 << 20;
    static final Map<String, String> CONFIG = Map.of("KEY", "value");
    private static final SecureRandom RANDOM = new SecureRandom();

    final MemoryBudget budget = new MemoryBudget(2L * BYTES_MAX);
    final GuestMemory memory =
            Objects.requireNonNull(
                    GuestMemory.allocate(
                            budget, new MemoryLimits(1), BYTES_MAX / GuestMemory.PAGE_SIZE));

    private final Instance instance =
            Instance.builder(Parser.parse(Assembler.withMemory(1).toBytes()))
                    .withMemoryFactory(_ -> memory)
                    .build();

    private HostRun run = restart("");

    /// A new run on the same memory.
    HostRun restart(String input) {
        var request =
                new GuestRequest(
                        "POST",
                        "http",
                        "localhost",
                        80,
                        "/",
                        "",
                        "HTTP/1.1",
                        List.of(),
                        input.length(),
                        "127.0.0.1",
                        new GuestRequest.MatchedRoute("/*", ""),
                        new GuestRequest.Place("nobody", 0, "", "", "", "", ""),
                        CONFIG);
        return restart(new Nobody(request, input.getBytes(UTF_8), Capabilities.NONE));
    }

    /// The same for this exchange.
    HostRun restart(GuestExchange exchange) {
        memory.limit(BYTES_MAX / GuestMemory.PAGE_SIZE);
        var word = new RunWord(_ -> {});
        run = new HostRun(word, memory, exchange, RunLimits.DEFAULT, RANDOM);
        word.begin(new StopFlag());
        word.leaveHost();
        return run;
    }

    HostRun run() {
        return run;
    }

    static ImportFunction function(String name) {
        return Objects.requireNonNull(FUNCTIONS.get(name), name);
    }

    /// Its result, 0 if it has none.
    long call(String function, long... arguments) {
        long[] results = function(function).handle().apply(instance, arguments);
        return results.length == 0 ? 0 : results[0];
    }

    /// The handle of a new block with this text.
    long block(String text) {
        byte[] bytes = text.getBytes(UTF_8);
        long block = call("alloc", bytes.length);
        for (int i = 0; i < bytes.length; i++) {
            call("store_u8", block + i, bytes[i]);
        }
        return block;
    }

    String text(long block) {
        byte[] bytes = new byte[(int) call("length", block)];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) call("load_u8", block + i);
        }
        return new String(bytes, UTF_8);
    }
}

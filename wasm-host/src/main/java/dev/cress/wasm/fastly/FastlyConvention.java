package dev.cress.wasm.fastly;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.cress.wasm.guest.GuestRequest;
import dev.cress.wasm.guest.Outcome;
import dev.cress.wasm.host.Convention;
import dev.cress.wasm.host.Entry;
import dev.cress.wasm.host.Guest;
import dev.cress.wasm.host.HostCaller;
import dev.cress.wasm.host.HostRun;
import dev.cress.wasm.scan.ModuleOutline;
import dev.cress.wasm.stop.GuestEnded;
import dev.cress.wasm.wasi.WasiFunctions;
import dev.cress.wasm.wasi.WasiProcess;
import dev.cress.wasm.wasi.WasiProcess.Words;

import java.util.List;
import java.util.Optional;

/// `fastly`: a WASI command that takes its request and gives its answer by calls of Fastly's,
/// started once per request.
public final class FastlyConvention implements Convention {
    private static final String START = "_start";

    @Override
    public boolean isShownBy(ModuleOutline module) {
        return module.imports().stream().anyMatch(i -> i.module().startsWith(FastlyCalls.PREFIX));
    }

    @Override
    public Optional<String> problem(ModuleOutline module) {
        if (!module.exports("function", START)) {
            return Optional.of(
                    "module exports no _start: build it as a program for Fastly Compute");
        }
        if (!module.exports("memory", "memory")) {
            return Optional.of("module exports no memory named 'memory'");
        }
        return Optional.empty();
    }

    @Override
    public List<Entry> entries(ModuleOutline module) {
        return List.of(new Entry(START, "", ""));
    }

    @Override
    public List<Entry> initialisers(ModuleOutline module) {
        return List.of();
    }

    @Override
    public void serve(HostRun run, Guest guest) {
        FastlyRun state = FastlyCalls.CALLS.of(run);
        GuestRequest request = run.exchange().request();
        WasiFunctions.CALLS.put(run, WasiProcess.logging(run, () -> words(request)));
        try {
            guest.call(START);
        } catch (GuestEnded ended) {
            if (!(ended.outcome() instanceof Outcome.Completed)) {
                throw ended;
            }
        }
        state.requireAnswer();
    }

    @Override
    public void rehearse(HostRun run, HostCaller caller) {
        new FastlyRehearsal(run.memory(), caller).play();
    }

    private static Words words(GuestRequest request) {
        byte[] program = request.place().function().getBytes(UTF_8);
        return new Words(List.of(program), FastlyEnvironment.of(request));
    }
}

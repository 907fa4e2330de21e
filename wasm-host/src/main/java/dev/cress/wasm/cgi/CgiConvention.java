package dev.cress.wasm.cgi;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.cress.wasm.guest.GuestExchange;
import dev.cress.wasm.guest.GuestRequest;
import dev.cress.wasm.guest.Outcome;
import dev.cress.wasm.host.Convention;
import dev.cress.wasm.host.Entry;
import dev.cress.wasm.host.Guest;
import dev.cress.wasm.host.HostRun;
import dev.cress.wasm.scan.ModuleOutline;
import dev.cress.wasm.stop.GuestEnded;
import dev.cress.wasm.wasi.WasiFunctions;
import dev.cress.wasm.wasi.WasiProcess;
import dev.cress.wasm.wasi.WasiProcess.Words;

import java.util.List;
import java.util.Optional;

/// `wasi-cgi`: a WASI command, started once per request.
public final class CgiConvention implements Convention {
    private static final String START = "_start";

    @Override
    public boolean isShownBy(ModuleOutline module) {
        return module.importsFrom(WasiFunctions.MODULE) && module.exports("function", START);
    }

    @Override
    public Optional<String> problem(ModuleOutline module) {
        if (!module.exports("function", START)) {
            String hint =
                    module.exports("function", "_initialize")
                            ? "it is a reactor (exports _initialize): build it as a command"
                            : "build it as a WASI command with a main function";
            return Optional.of("module exports no _start: " + hint);
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
    public void beforeInitialisers(HostRun run) {
        WasiFunctions.CALLS.put(run, WasiProcess.ofNobody(run));
    }

    @Override
    public void serve(HostRun run, Guest guest) {
        var streams = new CgiStreams(run);
        GuestExchange exchange = run.exchange();
        WasiFunctions.CALLS.put(run, WasiProcess.ofRequest(run, () -> words(exchange), streams));
        try {
            guest.call(START);
        } catch (GuestEnded ended) {
            if (!(ended.outcome() instanceof Outcome.Completed)) {
                throw ended;
            }
        }
        streams.end();
    }

    private static Words words(GuestExchange exchange) {
        GuestRequest request = exchange.request();
        byte[] program = request.place().function().getBytes(UTF_8);
        return new Words(List.of(program), CgiEnvironment.of(request, exchange.capabilities()));
    }
}

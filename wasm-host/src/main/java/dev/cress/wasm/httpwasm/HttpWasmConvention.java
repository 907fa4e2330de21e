package dev.cress.wasm.httpwasm;

import dev.cress.wasm.guest.LogLevel;
import dev.cress.wasm.guest.Outcome;
import dev.cress.wasm.host.Convention;
import dev.cress.wasm.host.Entry;
import dev.cress.wasm.host.Guest;
import dev.cress.wasm.host.HostRun;
import dev.cress.wasm.scan.ModuleOutline;
import dev.cress.wasm.stop.GuestEnded;

import java.util.List;
import java.util.Optional;

/// `http-wasm`: a handler that may have others behind it. The one that has none answers by itself,
/// whether it asks for the next or not.
public final class HttpWasmConvention implements Convention {
    private static final String REQUEST = "handle_request";
    private static final String RESPONSE = "handle_response";

    /// The lower half of what `handle_request` returns says whether to go on; the upper one is the
    /// guest's own, for `handle_response`.
    private static final int CONTEXT_SHIFT = 32;

    @Override
    public boolean isShownBy(ModuleOutline module) {
        return module.importsFrom(HttpWasmFunctions.MODULE) && module.exports("function", REQUEST);
    }

    @Override
    public Optional<String> problem(ModuleOutline module) {
        for (String entry : List.of(REQUEST, RESPONSE)) {
            if (!module.exports("function", entry)) {
                return Optional.of(
                        "module exports no %s, as the ABI http-wasm has it".formatted(entry));
            }
        }
        return module.exports("memory", "memory")
                ? Optional.empty()
                : Optional.of("module exports no memory named 'memory'");
    }

    @Override
    public List<Entry> entries(ModuleOutline module) {
        return List.of(new Entry(REQUEST, "", "I"), new Entry(RESPONSE, "ii", ""));
    }

    /// Guests register what handles requests in their `main`.
    @Override
    public List<Entry> initialisers(ModuleOutline module) {
        return List.of(new Entry("_initialize", "", ""), new Entry("_start", "", ""));
    }

    /// The features that it enabled.
    @Override
    public int afterInitialisers(HostRun run) {
        return HttpWasmFunctions.HANDLINGS.of(run).features();
    }

    @Override
    public void serve(HostRun run, Guest guest) {
        Handling handling = HttpWasmFunctions.HANDLINGS.of(run);
        handling.enable(guest.note());
        handling.begin();
        long answer = call(guest, REQUEST)[0];
        if ((int) answer != 0) {
            goOn(handling, guest, answer >>> CONTEXT_SHIFT);
        }
        handling.response().end();
    }

    private static void goOn(Handling handling, Guest guest, long context) {
        Outcome behind = answer(handling);
        if (behind instanceof Outcome.Completed) {
            handling.afterNext();
            call(guest, RESPONSE, context, 0);
            return;
        }
        HostRun run = handling.run();
        handling.afterFailure();
        call(guest, RESPONSE, context, 1);
        if (!handling.response().changedAfter()) {
            throw new GuestEnded(behind);
        }
        run.log()
                .line(LogLevel.WARN, "what stands behind this filter failed: %s".formatted(behind));
    }

    private static Outcome answer(Handling handling) {
        HostRun run = handling.run();
        return run.next()
                .map(
                        next ->
                                next.answer(
                                        new NextExchange(
                                                run.exchange(),
                                                handling.request(),
                                                handling.response())))
                .orElseGet(Outcome.Completed::new);
    }

    /// A guest that exits has handled nothing.
    private static long[] call(Guest guest, String entry, long... arguments) {
        try {
            return guest.call(entry, arguments);
        } catch (GuestEnded ended) {
            throw ended.outcome() instanceof Outcome.Completed
                    ? Rules.broken("guest exited in %s".formatted(entry))
                    : ended;
        }
    }
}

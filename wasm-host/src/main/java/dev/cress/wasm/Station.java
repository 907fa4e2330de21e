package dev.cress.wasm;

import dev.cress.wasm.guest.GuestExchange;
import dev.cress.wasm.guest.Outcome;
import dev.cress.wasm.isolate.Isolate;
import dev.cress.wasm.isolate.IsolateGuest;
import dev.cress.wasm.stop.RunWord;
import dev.cress.wasm.stop.StopFlag;

import org.jspecify.annotations.Nullable;

import java.util.Map;

/// One guest's part in a run: the function's, or a filter's in front of it. On the guest's thread.
final class Station {
    private final Isolates.Loaded from;
    private final Isolate isolate;
    private final IsolateGuest guest;
    private final @Nullable Map<String, String> config;
    private boolean entered;
    private @Nullable Outcome outcome;

    /// @param config what the guest finds in the exchange, or null for what is in it
    Station(
            Isolates.Loaded from,
            Isolate isolate,
            RunWord word,
            @Nullable Map<String, String> config) {
        this.from = from;
        this.isolate = isolate;
        this.guest = new IsolateGuest(from.image().entries(), from.image().note(), isolate, word);
        this.config = config;
    }

    Image image() {
        return from.image();
    }

    Isolate isolate() {
        return isolate;
    }

    IsolateGuest guest() {
        return guest;
    }

    StopFlag flag() {
        return from.image().blueprint().code().stopFlag();
    }

    GuestExchange seen(GuestExchange exchange) {
        return config == null ? exchange : new ConfiguredExchange(exchange, config);
    }

    void enter() {
        if (entered) {
            throw new IllegalStateException("a guest is asked once in a run");
        }
        entered = true;
    }

    Outcome ended(Outcome how) {
        outcome = how;
        return how;
    }

    /// Whether its guest's part ended with just this. A filter passes on what ended behind it.
    boolean endedSo(Outcome how) {
        return outcome == how;
    }

    /// Resets the isolate, on this thread and at this run's cost, after the answer is handed over.
    void giveBack() {
        boolean endedByItself =
                outcome instanceof Outcome.Completed || outcome instanceof Outcome.Exited;
        from.pool().release(isolate, endedByItself || !entered);
    }

    /// Gives up an isolate that a fault of ours left in an unknown state.
    void discard() {
        from.pool().discard(isolate);
    }
}

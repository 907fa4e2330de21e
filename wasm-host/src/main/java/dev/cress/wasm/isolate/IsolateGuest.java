package dev.cress.wasm.isolate;

import dev.cress.wasm.guest.Outcome;
import dev.cress.wasm.host.Guest;
import dev.cress.wasm.stop.GuestEnded;
import dev.cress.wasm.stop.RunWord;

import java.util.Map;
import java.util.Objects;
import java.util.Set;

/// The guest in one isolate, for one run.
public final class IsolateGuest implements Guest {
    private final Map<String, Integer> entries;
    private final int note;
    private final Isolate isolate;
    private final RunWord word;
    private long startNanos = System.nanoTime();
    private boolean started;

    /// @param entries indices of the functions that its convention calls
    /// @param note what its convention has to know of the state that it begins with
    public IsolateGuest(Map<String, Integer> entries, int note, Isolate isolate, RunWord word) {
        this.entries = entries;
        this.note = note;
        this.isolate = isolate;
        this.word = word;
    }

    /// When the guest's first instruction ran, as [System#nanoTime] has it; before it has, when the
    /// run began.
    public long startNanos() {
        return startNanos;
    }

    @Override
    public boolean has(String entry) {
        return entries.containsKey(entry);
    }

    @Override
    public Set<String> entries() {
        return entries.keySet();
    }

    @Override
    public long[] call(String entry, long... arguments) {
        int function = Objects.requireNonNull(entries.get(entry), entry);
        if (!started) {
            started = true;
            startNanos = System.nanoTime();
            start();
        }
        return call(function, arguments);
    }

    @Override
    public int note() {
        return note;
    }

    /// What was not kept of the initialisation runs again.
    private void start() {
        for (int function : isolate.starts()) {
            try {
                word.leaveHost();
                isolate.callWithZeros(function);
                word.enterHost();
            } catch (GuestEnded ended) {
                if (!(ended.outcome() instanceof Outcome.Completed)) {
                    throw ended;
                }
            }
        }
    }

    private long[] call(int function, long... arguments) {
        word.leaveHost();
        long[] results = isolate.call(function, arguments);
        word.enterHost();
        return results;
    }
}

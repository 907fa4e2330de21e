package dev.cress.wasm.host;

import dev.cress.wasm.guest.Capabilities;
import dev.cress.wasm.guest.GuestExchange;
import dev.cress.wasm.guest.RunLimits;
import dev.cress.wasm.memory.GuestMemory;
import dev.cress.wasm.stop.RunWord;

import org.jspecify.annotations.Nullable;

import java.security.SecureRandom;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/// One run of a guest as its host calls and its entry convention see it. Lives as long as the run,
/// on the guest's thread.
public final class HostRun {
    private static final int FAMILIES = Family.values().length;

    private final RunWord word;
    private final GuestMemory memory;
    private final GuestExchange exchange;
    private final RunLimits limits;
    private final SecureRandom random;

    /// By [Family#place]; written by [HostCalls] only.
    final @Nullable Object[] states = new @Nullable Object[FAMILIES];

    private @Nullable RunLog log;
    private @Nullable ResponseWriter response;
    private @Nullable Next next;
    private boolean differs;

    /// Makes the memory's guest ready to be started for this exchange.
    public HostRun(
            RunWord word,
            GuestMemory memory,
            GuestExchange exchange,
            RunLimits limits,
            SecureRandom random) {
        this.word = word;
        this.memory = memory;
        this.exchange = exchange;
        this.limits = limits;
        this.random = random;
        memory.attach(this);
    }

    /// The same for a guest that others stand behind.
    public HostRun before(Next behind) {
        next = behind;
        return this;
    }

    /// What stands behind this guest, if it is a filter.
    public Optional<Next> next() {
        return Optional.ofNullable(next);
    }

    public RunWord word() {
        return word;
    }

    public GuestMemory memory() {
        return memory;
    }

    /// The request and its answer. Whoever asks here makes the run differ from others.
    public GuestExchange exchange() {
        differs = true;
        return exchange;
    }

    /// What the version's manifest grants. To have it changes nothing yet: a call that tells the
    /// guest of it what may be otherwise in another run says so.
    public Capabilities capabilities() {
        return exchange.capabilities();
    }

    /// Waits for so long, unless the run is stopped before. What the guest has answered so far goes
    /// out meanwhile.
    public void sleep(long nanos) {
        if (nanos > 0 && response != null && response.isHeadSent()) {
            exchange.flush();
        }
        long end = System.nanoTime() + nanos;
        for (long left = nanos; left > 0; left = end - System.nanoTime()) {
            word.checkStopped();
            LockSupport.parkNanos(this, left);
        }
        word.checkStopped();
    }

    public RunLimits limits() {
        return limits;
    }

    public SecureRandom random() {
        return random;
    }

    /// The function's log, as far as one request may fill it.
    public RunLog log() {
        RunLog known = log;
        if (known == null) {
            known = new RunLog(exchange, limits.logBytes());
            log = known;
        }
        return known;
    }

    /// The answer to the client.
    public ResponseWriter response() {
        differs = true;
        ResponseWriter known = response;
        if (known == null) {
            known = new ResponseWriter(exchange, limits);
            response = known;
        }
        return known;
    }

    /// The guest was just told what may be otherwise in another run.
    public void differs() {
        differs = true;
    }

    /// Whether what the guest has done so far may come out otherwise in another run.
    public boolean differsByRun() {
        return differs;
    }
}

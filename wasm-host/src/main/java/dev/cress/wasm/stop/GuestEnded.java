package dev.cress.wasm.stop;

import dev.cress.wasm.guest.Outcome;

/// Leaves the guest's frames from within a host call: the guest ended by itself, or did what it may
/// not. It is how control flows, not a fault, so it carries no stack trace.
public final class GuestEnded extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient Outcome outcome;

    public GuestEnded(Outcome outcome) {
        super("the guest ended", null, false, false);
        this.outcome = outcome;
    }

    public Outcome outcome() {
        return outcome;
    }
}

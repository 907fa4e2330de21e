package dev.cress.wasm.stop;

/// Leaves the guest's frames from within a host call because the run was told to stop.
public final class GuestStopped extends RuntimeException {
    private static final long serialVersionUID = 1;

    GuestStopped() {
        super("the run was told to stop", null, false, false);
    }
}

package dev.cress.wasm.fastly;

/// A call that does nothing but answer with a [Status]. It never leaves [FastlyCalls].
final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int status;

    /// Without a stack trace: a guest may have one for each of its calls.
    Refused(int status) {
        super(null, null, false, false);
        this.status = status;
    }

    int status() {
        return status;
    }
}

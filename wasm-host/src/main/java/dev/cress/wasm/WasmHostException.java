package dev.cress.wasm;

/// A fault of ours or of the engine while it ran a guest: never what a guest did. The isolate is
/// gone.
public final class WasmHostException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public WasmHostException(String message, Throwable cause) {
        super(message, cause);
    }
}

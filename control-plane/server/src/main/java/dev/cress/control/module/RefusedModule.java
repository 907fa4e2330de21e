package dev.cress.control.module;

/// A module that no node could run, and why, in words for its author. Ordinary traffic, so it has
/// no stack trace.
public final class RefusedModule extends Exception {
    private static final long serialVersionUID = 1;

    private final String code;
    private final String reason;

    /// @param code for programs, `not-wasm`
    /// @param message names the thing, the value and the limit
    public RefusedModule(String code, String message) {
        super(message, null, false, false);
        this.code = code;
        this.reason = message;
    }

    public String code() {
        return code;
    }

    public String reason() {
        return reason;
    }
}

package dev.cress.wasm.guest;

/// A module that can't run here, said so that its author can mend it: the message names the thing,
/// the value and the limit. `code` is the machine-readable word.
public final class RefusedModuleException extends Exception {
    private static final long serialVersionUID = 1;

    private final String code;

    public RefusedModuleException(String code, String message) {
        super(message);
        this.code = code;
    }

    /// One of `not-wasm`, `truncated`, `invalid-module`, `module-too-large`, `component`,
    /// `unsupported-feature`, `missing-import`, `unknown-abi`, `build-limit`, `out-of-memory`.
    public String code() {
        return code;
    }
}

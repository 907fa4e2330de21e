package dev.cress.wasm.guest;

/// The entry conventions that run here.
public enum Abi {
    /// A WASI preview 1 command that speaks CGI/1.1 (RFC 3875): imports `wasi_snapshot_preview1`,
    /// exports `_start` and its `memory`.
    WASI_CGI("wasi-cgi");

    private final String text;

    Abi(String text) {
        this.text = text;
    }

    /// As manifests and messages write it.
    public String text() {
        return text;
    }
}

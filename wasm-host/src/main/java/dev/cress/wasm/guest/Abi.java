package dev.cress.wasm.guest;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/// The entry conventions that run here.
public enum Abi {
    /// A WASI preview 1 command that speaks CGI/1.1 (RFC 3875): imports `wasi_snapshot_preview1`,
    /// exports `_start` and its `memory`.
    WASI_CGI("wasi-cgi"),

    /// A plug-in of Extism's: imports `extism:host/env`, exports functions without parameters that
    /// give an i32.
    EXTISM("extism"),

    /// A script in the JavaScript engine QuickJS, as [dev.cress.wasm.javascript] has it.
    JAVASCRIPT("javascript"),

    /// A program for Fastly Compute: imports `fastly_…`, exports `_start` and its `memory`.
    FASTLY("fastly"),

    /// The http-wasm handler ABI: imports `http_handler`, exports `handle_request`,
    /// `handle_response` and its `memory`.
    HTTP_WASM("http-wasm");

    private final String text;

    Abi(String text) {
        this.text = text;
    }

    /// The one of this name, as manifests write it.
    public static Optional<Abi> named(String text) {
        return Arrays.stream(values()).filter(abi -> abi.text.equals(text)).findFirst();
    }

    /// All names, for messages.
    public static String names() {
        return Arrays.stream(values()).map(Abi::text).collect(Collectors.joining(", "));
    }

    /// Whether its guests can stand in front of others.
    public boolean canFilter() {
        return this == HTTP_WASM;
    }

    /// As manifests and messages write it.
    public String text() {
        return text;
    }
}

package dev.cress.wasm.abi;

import dev.cress.wasm.cgi.CgiConvention;
import dev.cress.wasm.extism.ExtismConvention;
import dev.cress.wasm.fastly.FastlyConvention;
import dev.cress.wasm.guest.Abi;
import dev.cress.wasm.host.Convention;
import dev.cress.wasm.httpwasm.HttpWasmConvention;
import dev.cress.wasm.javascript.JavaScriptConvention;

/// The entry conventions by their names.
public final class Conventions {
    private static final Convention WASI_CGI = new CgiConvention();
    private static final Convention HTTP_WASM = new HttpWasmConvention();
    private static final Convention FASTLY = new FastlyConvention();
    private static final Convention EXTISM = new ExtismConvention();
    private static final Convention JAVASCRIPT = new JavaScriptConvention();

    private Conventions() {}

    public static Convention of(Abi abi) {
        return switch (abi) {
            case WASI_CGI -> WASI_CGI;
            case EXTISM -> EXTISM;
            case JAVASCRIPT -> JAVASCRIPT;
            case FASTLY -> FASTLY;
            case HTTP_WASM -> HTTP_WASM;
        };
    }
}

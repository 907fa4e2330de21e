package dev.cress.wasm.build;

import dev.cress.wasm.guest.Abi;
import dev.cress.wasm.guest.Shown;
import dev.cress.wasm.scan.ModuleOutline;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/// A module that shows no ABI: functions that take and give numbers, and nothing of a request. It
/// can't be a function here as it is, so what is said of it is how to make it one.
final class RawModule {
    private static final int NAMED_MAX = 5;

    private RawModule() {}

    /// Whether a module that shows no ABI is one: it has functions, but neither a program's start
    /// nor a reactor's.
    static boolean isOne(ModuleOutline module) {
        return !functions(module).isEmpty()
                && !module.exports("function", "_start")
                && !module.exports("function", "_initialize");
    }

    static String problem(ModuleOutline module) {
        List<String> functions = functions(module);
        String more =
                functions.size() > NAMED_MAX
                        ? " and %d more".formatted(functions.size() - NAMED_MAX)
                        : "";
        return "module exports %s%s, but no request reaches a function of numbers; make it follow one of these, the shortest way first: %s"
                .formatted(
                        functions.stream().limit(NAMED_MAX).collect(Collectors.joining(", ")),
                        more,
                        Arrays.stream(Abi.values())
                                .map(abi -> "%s (%s)".formatted(abi.text(), way(abi)))
                                .collect(Collectors.joining("; ")));
    }

    /// In the order of [Abi], in which the way grows longer.
    private static String way(Abi abi) {
        return switch (abi) {
            case WASI_CGI ->
                    "a program with a main function, for WASI preview 1, that reads the request's"
                            + " body from standard input and writes 'Content-Type: text/plain', a"
                            + " blank line and its answer to standard output";
            case EXTISM ->
                    "a function () -> i32 that gets its input and sets its output through"
                            + " extism:host/env, as Extism's plug-in development kits do";
            case HTTP_WASM ->
                    "a handler: export handle_request and handle_response and call http_handler,"
                            + " as http-wasm's guest libraries do";
            case FASTLY -> "a program built with one of Fastly's SDKs for Compute";
            case JAVASCRIPT -> "a script instead, which needs no module: cress deploy NAME FILE.js";
        };
    }

    private static List<String> functions(ModuleOutline module) {
        return module.exports().stream()
                .filter(e -> e.kind().equals("function") && !e.name().startsWith("__"))
                .map(e -> Shown.of(e.toString()))
                .toList();
    }
}

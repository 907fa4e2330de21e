package dev.cress.wasm;

import static dev.cress.wasm.assembly.WasmBytes.bytes;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.cress.wasm.abi.HostFunctions;
import dev.cress.wasm.assembly.Assembler;
import dev.cress.wasm.assembly.WasmBytes;

import run.endive.wasm.types.ValType;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Puts a guest of http-wasm together: what it does with a request, with the response, and before
/// either.
final class HandlerModule {
    static final int REQUEST = 0;
    static final int RESPONSE = 1;

    /// What `handle_request` returns to go on; its context is 7.
    static final long NEXT = 7L << 32 | 1;

    private static final int TEXT_AT = 1_024;

    private final Assembler module = Assembler.withMemory(1);
    private final Map<String, Integer> functions = new HashMap<>();
    private int textEnd = TEXT_AT;

    HandlerModule() {
        for (var function : HostFunctions.all()) {
            if (function.module().equals("http_handler") || function.name().equals("proc_exit")) {
                int index =
                        module.importing(
                                function.module(),
                                function.name(),
                                letters(function.functionType().params()),
                                letters(function.functionType().returns()));
                functions.put(function.name(), index);
            }
        }
    }

    private static String letters(List<ValType> types) {
        return types.stream()
                .map(type -> type.equals(ValType.I64) ? "I" : "i")
                .collect(Collectors.joining());
    }

    /// The names of all calls that there are.
    List<String> calls() {
        return functions.keySet().stream().sorted().toList();
    }

    /// A call with numbers as arguments; its result is dropped.
    WasmBytes call(String function, int... arguments) {
        var code = bytes();
        for (int argument : arguments) {
            code.i32(argument);
        }
        code.call(Objects.requireNonNull(functions.get(function)));
        return returns(function) ? code.drop() : code;
    }

    private static boolean returns(String function) {
        return HostFunctions.all().stream()
                .filter(f -> f.name().equals(function))
                .anyMatch(f -> !f.functionType().returns().isEmpty());
    }

    /// The same with texts behind the numbers, each an address and a length.
    WasmBytes callWith(String function, int kind, String... texts) {
        return call(
                function,
                IntStream.concat(
                                IntStream.of(kind),
                                Arrays.stream(texts).flatMapToInt(t -> Arrays.stream(text(t))))
                        .toArray());
    }

    /// The address and the length of a text.
    int[] text(String text) {
        byte[] content = text.getBytes(US_ASCII);
        module.data(textEnd, content);
        int at = textEnd;
        textEnd += content.length;
        return new int[] {at, content.length};
    }

    /// A call that does something.
    WasmBytes some(String function, int kind) {
        return switch (function) {
            case "enable_features", "log_enabled" -> call(function, 1);
            case "get_status_code" -> call(function);
            case "set_status_code" -> call(function, 203);
            case "set_method" -> call(function, text("PUT"));
            case "set_uri" -> call(function, text("/b?c"));
            case "log", "remove_header" -> callWith(function, kind, "x-a");
            case "get_header_names", "read_body", "write_body" -> call(function, kind, 0, 99);
            case "get_header_values" -> {
                int[] name = text("host");
                yield call(function, kind, name[0], name[1], 0, 99);
            }
            case "set_header_value", "add_header_value" -> callWith(function, kind, "x-b", "c");
            default -> call(function, 0, 99);
        };
    }

    HandlerModule request(WasmBytes code, long result) {
        int function = module.function("", "I", code.i64(result).end());
        module.export("handle_request", 0, function);
        return this;
    }

    /// The code finds the context in local 0 and whether there was an error in local 1.
    HandlerModule response(WasmBytes code) {
        module.export("handle_response", 0, module.function("ii", "", code.end()));
        return this;
    }

    HandlerModule start(WasmBytes code) {
        module.start(code.end());
        return this;
    }

    byte[] toBytes() {
        return module.toBytes();
    }
}

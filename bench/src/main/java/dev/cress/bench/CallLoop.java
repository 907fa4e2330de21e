package dev.cress.bench;

import dev.cress.wasm.guest.Abi;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/// A guest that makes some host calls over and over, between those by which it answers as its ABI
/// wants it.
///
/// @param text what lies in its memory from [#TEXT_AT] on
/// @param before made once
/// @param looped made so many times
/// @param after made once
record CallLoop(Abi abi, String text, List<Call> before, List<Call> looped, List<Call> after) {
    static final int TEXT_AT = 1024;

    private static final int PAGES = 1;
    private static final int FUNCTION = 0x60;
    private static final int NOTHING = 0x40;
    private static final int I32 = 0x7f;
    private static final int I64 = 0x7e;

    private static final Set<String> READING = Set.of("fd_read", "read_body", "read");

    CallLoop {
        before = List.copyOf(before);
        looped = List.copyOf(looped);
        after = List.copyOf(after);
    }

    /// Whether each looped call reads some of the request's body.
    boolean reads() {
        return looped.stream().anyMatch(call -> READING.contains(call.name()));
    }

    /// A host call and what it is given.
    ///
    /// @param parameters a letter each: `i` an i32, `I` an i64, `l` and `L` the same, to be loaded
    ///     from the address that is given
    /// @param result `i` or `I` for one to forget, `s` for a status, which is 0 or the guest traps,
    ///     `L` for an i64 that is kept at address 0, or nothing
    record Call(
            String module, String name, String parameters, String result, List<Integer> arguments) {
        Call {
            arguments = List.copyOf(arguments);
            if (parameters.length() != arguments.size()) {
                throw new IllegalArgumentException(name + " is given too few or too many");
            }
        }

        static Call of(
                String module, String name, String parameters, String result, int... arguments) {
            List<Integer> all = Arrays.stream(arguments).boxed().toList();
            return new Call(module, name, parameters, result, all);
        }

        private WasmBytes type() {
            var type = new WasmBytes().add(FUNCTION).number(parameters.length());
            parameters.chars().forEach(letter -> type.add(valueType(letter)));
            type.number(result.length());
            result.chars().forEach(letter -> type.add(valueType(letter)));
            return type;
        }

        private static int valueType(int letter) {
            return letter == 'I' || letter == 'L' ? I64 : I32;
        }

        private WasmBytes code(int index) {
            var code = new WasmBytes();
            boolean kept = result.equals("L");
            if (kept) {
                code.add(0x41).signed(0);
            }
            for (int i = 0; i < arguments.size(); i++) {
                switch (parameters.charAt(i)) {
                    case 'i' -> code.add(0x41).signed(arguments.get(i));
                    case 'I' -> code.add(0x42).signed(arguments.get(i));
                    case 'l' -> code.add(0x41).signed(arguments.get(i)).add(0x28, 2, 0);
                    case 'L' -> code.add(0x41).signed(arguments.get(i)).add(0x29, 3, 0);
                    default -> throw new IllegalArgumentException(parameters);
                }
            }
            code.add(0x10).number(index);
            return switch (result) {
                case "" -> code;
                case "s" -> code.add(0x04, NOTHING, 0x00, 0x0b);
                case "L" -> code.add(0x37, 3, 0);
                default -> code.add(0x1a);
            };
        }
    }

    /// A function that its host calls, and what it returns.
    private record Entry(String name, WasmBytes type, WasmBytes result) {
        static Entry of(String name, WasmBytes type, int... result) {
            return new Entry(name, type, new WasmBytes().add(result));
        }
    }

    private List<Entry> entries() {
        return switch (abi) {
            case WASI_CGI, FASTLY -> List.of(Entry.of("_start", type(0, 0)));
            case EXTISM -> List.of(Entry.of("run", type(0, 1, I32), 0x41, 0));
            case HTTP_WASM ->
                    List.of(
                            Entry.of("handle_request", type(0, 1, I64), 0x42, 0),
                            Entry.of("handle_response", type(2, I32, I32, 0)));
            case JAVASCRIPT -> throw new IllegalArgumentException("a script makes no host calls");
        };
    }

    private static WasmBytes type(int... parametersAndResults) {
        return new WasmBytes().add(FUNCTION).add(parametersAndResults);
    }

    /// The module, whose first function makes the looped calls so many times.
    byte[] module(int times) {
        List<Call> calls = Stream.of(before, looped, after).flatMap(List::stream).toList();
        List<Entry> entries = entries();
        var types = new WasmBytes().number(calls.size() + entries.size());
        var imports = new WasmBytes().number(calls.size());
        for (int i = 0; i < calls.size(); i++) {
            Call call = calls.get(i);
            types.add(call.type());
            imports.name(call.module()).name(call.name()).add(0).number(i);
        }
        var functions = new WasmBytes().number(entries.size());
        var exports = new WasmBytes().number(entries.size() + 1).name("memory").add(2, 0);
        var code = new WasmBytes().number(entries.size());
        for (int i = 0; i < entries.size(); i++) {
            Entry entry = entries.get(i);
            int index = calls.size() + i;
            types.add(entry.type());
            functions.number(index);
            exports.name(entry.name()).add(0).number(index);
            WasmBytes body = i == 0 ? body(times) : new WasmBytes().add(0);
            code.sized(body.add(entry.result()).add(0x0b));
        }
        var data = new WasmBytes().add(1, 0, 0x41).signed(TEXT_AT).add(0x0b).name(text);
        return WasmBytes.module()
                .section(1, types)
                .section(2, imports)
                .section(3, functions)
                .section(5, new WasmBytes().add(1, 0, PAGES))
                .section(7, exports)
                .section(10, code)
                .section(11, data)
                .toBytes();
    }

    /// One local: how often is left.
    private WasmBytes body(int times) {
        var code = new WasmBytes().add(1, 1, I32);
        int index = 0;
        for (Call call : before) {
            code.add(call.code(index++));
        }
        code.add(0x41).signed(times).add(0x21, 0);
        code.add(0x03, NOTHING);
        for (Call call : looped) {
            code.add(call.code(index++));
        }
        code.add(0x20, 0, 0x41, 1, 0x6b, 0x22, 0, 0x0d, 0, 0x0b);
        for (Call call : after) {
            code.add(call.code(index++));
        }
        return code;
    }
}

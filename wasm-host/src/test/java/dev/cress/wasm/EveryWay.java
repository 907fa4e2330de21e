package dev.cress.wasm;

import static dev.cress.wasm.assembly.WasmBytes.EXTERNREF;
import static dev.cress.wasm.assembly.WasmBytes.FUNCREF;
import static dev.cress.wasm.assembly.WasmBytes.bytes;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.cress.wasm.assembly.Assembler;
import dev.cress.wasm.assembly.WasmBytes;
import dev.cress.wasm.extism.ExtismFunctions;
import dev.cress.wasm.wasi.WasiFunctions;

import run.endive.runtime.ImportFunction;
import run.endive.wasm.types.ValType;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/// A program that speaks CGI and does whatever a guest can do to the host: every call of WASI and
/// of Extism's host, every instruction, every kind of trap. The request's body says what, two
/// bytes, and how deep in the stack, four; it begins with a store at each level if it is asked to.
/// What ends by itself exits with 3.
final class EveryWay {
    static final int EXITED = 3;
    static final String SPINNING = "spinning";
    static final String WITHOUT_BOTTOM = "recursion without end";

    /// Where the request lies, then what calls are made with.
    private static final int REQUEST = 8;

    private static final int HEAD = 64;

    /// Where Extism's memory has its first block.
    private static final int BLOCK = 64;

    private static final int FRAMES = 8_192;
    private static final byte[] HEAD_TEXT = "Content-Type: a\n\n".getBytes(US_ASCII);
    private static final int STORES = 1 << 15;

    /// Three active segments stand before it.
    private static final int PASSIVE_DATA = 3;

    /// Operands of the instructions from 0x45 on, `i` i32, `I` i64, `f` f32, `F` f64.
    private static final String NUMERIC =
            "i "
                    + "ii ".repeat(10)
                    + "I "
                    + "II ".repeat(10)
                    + "ff ".repeat(6)
                    + "FF ".repeat(6)
                    + "i ".repeat(3)
                    + "ii ".repeat(15)
                    + "I ".repeat(3)
                    + "II ".repeat(15)
                    + "f ".repeat(7)
                    + "ff ".repeat(7)
                    + "F ".repeat(7)
                    + "FF ".repeat(7)
                    + "I f f F F i i f f F F i i I I F i i I I f f F i I i i I I I";

    private static final String SATURATING = "f f F F f f F F";

    private final Assembler module = new Assembler();
    private final Map<String, Integer> imported = new HashMap<>();
    private final List<String> names = new ArrayList<>();
    private final List<Integer> ways = new ArrayList<>();

    EveryWay() {
        module.memory(bytes(1, 2, 100)).export("memory", 2, 0);
        var calls = new ArrayList<>(WasiFunctions.CALLS.functions());
        calls.addAll(ExtismFunctions.CALLS.functions());
        for (var call : calls) {
            var type = call.functionType();
            imported.put(
                    call.name(),
                    module.importing(
                            call.module(),
                            call.name(),
                            letters(type.params()),
                            letters(type.returns())));
        }
        module.table(2, 20).table(EXTERNREF, 2, 20).global(0);
        module.data(0, bytes(REQUEST, 0, 0, 0, 6, 0, 0, 0).toBytes());
        module.data(32, bytes(HEAD, 0, 0, 0, HEAD_TEXT.length, 0, 0, 0).toBytes());
        module.data(HEAD, HEAD_TEXT).passiveData(new byte[4]).passiveElements(calls.size());
        int nothing = module.function("", "", bytes().end());
        module.element(0, nothing);
        for (int i = 0; i < calls.size(); i++) {
            way(calls.get(i).name(), call(i, calls.get(i)));
        }
        instructions();
        traps();
        int index = names.indexOf("proc_exit");
        int read = names.indexOf("fd_read");
        module.start(start(read, index));
    }

    byte[] module() {
        return module.toBytes();
    }

    /// What it does, in the order of the numbers that ask for it.
    List<String> ways() {
        return List.copyOf(names);
    }

    /// The body that asks for this.
    static byte[] request(int way, boolean stores, int depth) {
        return bytes(way, stores ? 1 : 0).littleEndian(depth, Integer.BYTES).toBytes();
    }

    private void way(String name, WasmBytes code) {
        names.add(name);
        ways.add(module.function("", "", code.end()));
    }

    private static String letters(List<ValType> types) {
        return types.stream()
                .map(type -> type.equals(ValType.I64) ? "I" : "i")
                .collect(Collectors.joining());
    }

    /// With arguments that make it do something.
    private WasmBytes call(int function, ImportFunction call) {
        int[] arguments =
                switch (call.name()) {
                    case "fd_read" -> new int[] {0, 0, 1, 16};
                    case "fd_write" -> new int[] {1, 32, 1, 16};
                    case "random_get" -> new int[] {256, 64};
                    case "poll_oneoff" -> new int[] {512, 1_024, 1, 16};
                    case "proc_exit" -> new int[] {EXITED};
                    default ->
                            call.module().equals(ExtismFunctions.MODULE)
                                    ? new int[] {BLOCK}
                                    : new int[] {0, 512, 1_024, 1_536};
                };
        var parameters = call.functionType().params();
        var code = call.module().equals(ExtismFunctions.MODULE) ? block(call.name()) : bytes();
        for (int i = 0; i < parameters.size(); i++) {
            int value = i < arguments.length ? arguments[i] : 0;
            if (parameters.get(i).equals(ValType.I64)) {
                code.i64(value);
            } else {
                code.i32(value);
            }
        }
        code.call(function);
        return call.functionType().returns().isEmpty() ? code : code.drop();
    }

    /// Has a block with what the call takes.
    private WasmBytes block(String name) {
        byte[] text = (name.equals("http_request") ? "{\"url\":\"a\"}" : "KEY").getBytes(US_ASCII);
        var code = bytes().i64(text.length).call(index("alloc")).drop();
        for (int i = 0; i < text.length; i++) {
            code.i64(BLOCK + i).i32(text[i]).call(index("store_u8"));
        }
        return code;
    }

    private int index(String function) {
        return Objects.requireNonNull(imported.get(function), function);
    }

    private void instructions() {
        var numeric = bytes();
        String[] operands = NUMERIC.split(" ", -1);
        for (int i = 0; i < operands.length; i++) {
            numeric.add(ones(operands[i])).u8(0x45 + i).drop();
        }
        String[] saturating = SATURATING.split(" ", -1);
        for (int i = 0; i < saturating.length; i++) {
            numeric.add(ones(saturating[i])).u8(0xfc, i).drop();
        }
        way("numbers", numeric);
        var memory = bytes();
        for (int load = 0x28; load <= 0x35; load++) {
            memory.i32(256).u8(load, 0, 0).drop();
        }
        String stored = "iIfFiiIII";
        for (int i = 0; i < stored.length(); i++) {
            memory.i32(256).add(ones(stored.substring(i, i + 1))).u8(0x36 + i, 0, 0);
        }
        memory.u8(0x3f, 0).drop();
        memory.i32(256).i32(0).i32(4).u8(0xfc, 8, PASSIVE_DATA, 0);
        memory.i32(256).i32(260).i32(4).u8(0xfc, 10, 0, 0).i32(256).i32(1).i32(4).u8(0xfc, 11, 0);
        way("memory", memory);
        way("memory.grow", bytes().i32(1).u8(0x40, 0).drop());
        way("memory.grow too far", bytes().i32(4_096).u8(0x40, 0).drop());
        way("data.drop", bytes(0xfc, 9, PASSIVE_DATA));
        var tables = bytes().i32(0).i32(0).i32(1).u8(0xfc, 12, 0, 0).u8(0xfc, 13, 0);
        tables.i32(1).i32(0).i32(1).u8(0xfc, 14, 0, 0).u8(0xfc, 16, 0).drop();
        tables.i32(0).u8(0x25, 0).drop().i32(1).u8(0xd0, FUNCREF, 0x26, 0);
        tables.i32(0).u8(0x25, 1, 0xd1).drop().i32(1).u8(0xd0, EXTERNREF, 0x26, 1);
        tables.i32(0).u8(0xd0, EXTERNREF).i32(1).u8(0xfc, 17, 1);
        tables.i32(1).u8(0xd0, FUNCREF).i32(1).u8(0xfc, 17, 0);
        way("tables", tables.u8(0x23, 0, 0x24, 0).i32(0).u8(0x11).u32(module.type("", "")).u8(0));
        way("table.grow", bytes(0xd0, FUNCREF).i32(3).u8(0xfc, 15, 0).drop());
        way("table.grow too far", bytes(0xd0, EXTERNREF).i32(-1).u8(0xfc, 15, 1).drop());
        way("tail call", bytes(0x12).u32(ways.getFirst()));
        way("tail call through a table", bytes().i32(0).u8(0x13).u32(module.type("", "")).u8(0));
    }

    private static WasmBytes ones(String types) {
        var code = bytes();
        for (int i = 0; i < types.length(); i++) {
            switch (types.charAt(i)) {
                case 'i' -> code.i32(1);
                case 'I' -> code.i64(1);
                case 'f' -> code.f32(1);
                default -> code.f64(1);
            }
        }
        return code;
    }

    private void traps() {
        way("unreachable", bytes(0x00));
        way("division by zero", bytes().i32(1).i32(0).u8(0x6d).drop());
        way("a quotient too large", bytes().i64(Long.MIN_VALUE).i64(-1).u8(0x7f).drop());
        way("no integer", bytes().f32(Float.NaN).u8(0xa8).drop());
        way("an integer too large", bytes().f64(1e300).u8(0xb1).drop());
        way("a load out of bounds", bytes().i32(-1).u8(0x28, 2, 0).drop());
        way("a fill out of bounds", bytes().i32(0).i32(0).i32(-1).u8(0xfc, 11, 0));
        way("a segment out of bounds", bytes().i32(0).i32(3).i32(2).u8(0xfc, 8, PASSIVE_DATA, 0));
        way("a table out of bounds", bytes().i32(99).u8(0x25, 0).drop());
        way("a copy between tables out of bounds", bytes().i32(1).i32(1).i32(9).u8(0xfc, 14, 0, 0));
        int type = module.type("", "");
        way("a call of no entry", bytes().i32(99).u8(0x11).u32(type).u8(0));
        way("a call of no function", bytes().i32(1).u8(0x11).u32(type).u8(0));
        way(
                "a call of another type",
                bytes().i32(0).u8(0x11).u32(module.type("", "i")).u8(0).drop());
        way(SPINNING, bytes(0x03, 0x40, 0x0c, 0, 0x0b));
        way(WITHOUT_BOTTOM, bytes());
    }

    /// Reads the request and goes as deep as it says.
    private WasmBytes start(int read, int exit) {
        int chosen = module.function("", "", chosen());
        int type = chosen + 1;
        module.functionWithLocals("i", "", bytes(0), recursion(type, chosen, false));
        module.functionWithLocals("i", "", bytes(0), recursion(type + 1, chosen, true));
        var code = bytes().i32(0).i32(0).i32(1).i32(16).call(read).drop();
        code.i32(REQUEST + 2).u8(0x28, 0, 0).i32(REQUEST + 1).u8(0x2d, 0, 0, 0x04);
        code.u32(module.type("i", "")).call(type + 1).u8(0x05).call(type).end();
        return code.i32(EXITED).call(exit).end();
    }

    private WasmBytes chosen() {
        var code = bytes().repeat(ways.size(), 0x02, 0x40);
        code.i32(REQUEST).u8(0x2d, 0, 0, 0x0e).u32(ways.size() - 1);
        for (int i = 0; i < ways.size(); i++) {
            code.u32(i);
        }
        for (int way : ways) {
            code.end().call(way).u8(0x0f);
        }
        return code.end();
    }

    /// Calls itself until its parameter is 0. On the way back there is more to do, so that no
    /// compiler makes a loop of it.
    private static WasmBytes recursion(int itself, int last, boolean stores) {
        var code = bytes();
        if (stores) {
            code.u8(0x20, 0).i32(FRAMES - 1).u8(0x71).i32(2).u8(0x74, 0x20, 0, 0x36, 2).u32(STORES);
        }
        code.u8(0x20, 0, 0x45, 0x04, 0x40).call(last).u8(0x0f).end();
        code.u8(0x20, 0).i32(1).u8(0x6b).call(itself);
        return code.u8(0x23, 0).u8(0x20, 0, 0x6a, 0x24, 0).end();
    }
}

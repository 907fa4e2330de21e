package dev.cress.wasm.split;

import static dev.cress.wasm.assembly.WasmBytes.F32;
import static dev.cress.wasm.assembly.WasmBytes.F64;
import static dev.cress.wasm.assembly.WasmBytes.I32;
import static dev.cress.wasm.assembly.WasmBytes.I64;
import static dev.cress.wasm.assembly.WasmBytes.bytes;

import dev.cress.wasm.assembly.Assembler;
import dev.cress.wasm.assembly.WasmBytes;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// A program made by chance that exits with what its locals, its memory and its function's result
/// came to. Its function has every way that control can go: blocks and loops, with values and
/// without, branches of all kinds, and switches whose cases fall through.
final class RandomFunction {
    private static final int[] TYPES = {I32, I64, F32, F64};
    private static final String LETTERS = "iIfF";
    private static final int VOID = 0x40;
    private static final int LOCALS_EACH = 4;
    private static final int ROUNDS_MAX = 40;
    private static final int DEPTH_MAX = 4;
    private static final int MEMORY_MASK = 1_016;

    /// A number behind 63 takes two bytes as a signed one.
    private static final int CASES_MAX = 90;

    private final Random random;
    private final WasmBytes code = bytes();

    /// The types of what branches to each open block take along, the function's first.
    private final List<Integer> labels = new ArrayList<>();

    private final int helper;

    private RandomFunction(long seed, int helper) {
        this.random = new Random(seed);
        this.helper = helper;
    }

    static byte[] program(long seed) {
        var module = Assembler.withMemory(1).global(ROUNDS_MAX);
        int exit = module.wasi("proc_exit", "i");
        // (a, b) → a × 31 + b
        var mixing = bytes(0x20, 0).i32(31).u8(0x6c, 0x20, 1, 0x6a).end();
        int helper = module.function("ii", "i", mixing);
        var random = new RandomFunction(seed, helper);
        String result = random.random.nextInt(5) == 0 ? "" : "" + LETTERS.charAt(random.random(4));
        int function =
                module.functionWithLocals("iIfF", result, random.locals(), random.body(result));
        var start = bytes().i32(5).i64(-7).f32(1.5f).f64(2.5).call(function);
        start.add(result.isEmpty() ? bytes().i32(1) : asNumber(LETTERS.indexOf(result)));
        for (int at = 0; at <= MEMORY_MASK; at += 8) {
            start.i32(at).u8(0x29, 0, 0, 0xa7).call(helper);
        }
        return module.start(start.call(exit).end()).toBytes();
    }

    private WasmBytes locals() {
        var groups = bytes(TYPES.length);
        for (int type : TYPES) {
            groups.u8(LOCALS_EACH - 1, type);
        }
        return groups;
    }

    private WasmBytes body(String result) {
        int type = result.isEmpty() ? VOID : TYPES[LETTERS.indexOf(result)];
        labels.add(type);
        if (!statements(DEPTH_MAX)) {
            for (int local = 0; local < LOCALS_EACH * TYPES.length; local++) {
                code.i32(8 * local);
                get(local);
                code.add(asNumber(typeOf(local))).u8(0x36, 0).u32(256);
            }
            if (type != VOID) {
                value(type, 0);
            }
        }
        return code.end();
    }

    private static int typeOf(int local) {
        return local < TYPES.length ? local : (local - TYPES.length) / (LOCALS_EACH - 1);
    }

    /// From what is on the stack to an i32.
    private static WasmBytes asNumber(int type) {
        return switch (type) {
            case 0 -> bytes();
            case 1 -> bytes(0xa7);
            case 2 -> bytes(0xfc, 0);
            default -> bytes(0xfc, 2);
        };
    }

    private int random(int bound) {
        return random.nextInt(bound);
    }

    private void get(int local) {
        code.u8(0x20).u32(local);
    }

    private int local(int type) {
        int number = random(LOCALS_EACH);
        for (int i = 0; i < TYPES.length; i++) {
            if (TYPES[i] == type) {
                return number == 0 ? i : TYPES.length + i * (LOCALS_EACH - 1) + number - 1;
            }
        }
        throw new IllegalArgumentException("no type " + type);
    }

    private int type() {
        return TYPES[random(TYPES.length)];
    }

    /// Returns whether control never comes out of them.
    private boolean statements(int depth) {
        for (int i = 1 + random(6); i > 0; i--) {
            if (statement(depth)) {
                return true;
            }
        }
        return false;
    }

    private boolean statement(int depth) {
        switch (depth == 0 ? random(6) : random(14)) {
            case 0, 1, 2 -> {
                int type = type();
                value(type, depth);
                if (random(4) == 0) {
                    code.u8(0x22).u32(local(type)).drop();
                } else {
                    code.u8(0x21).u32(local(type));
                }
            }
            case 3 -> {
                code.i32(random(MEMORY_MASK));
                value(I32, depth);
                code.u8(0x36, 0, 0);
            }
            case 4 -> branchIf(depth);
            case 5 -> {
                return random(5) == 0 && branch(depth);
            }
            case 6, 7 -> block(depth);
            case 8, 9 -> loop(depth);
            case 10, 11 -> condition(depth);
            default -> choice(depth);
        }
        return false;
    }

    private boolean branch(int depth) {
        int label = random(labels.size());
        int takes = labels.get(labels.size() - 1 - label);
        if (takes != VOID) {
            value(takes, depth);
        }
        if (label == labels.size() - 1 && random(2) == 0) {
            code.u8(0x0f);
        } else {
            code.u8(0x0c).u32(label);
        }
        return true;
    }

    private void branchIf(int depth) {
        int label = random(labels.size());
        int takes = labels.get(labels.size() - 1 - label);
        if (takes != VOID) {
            value(takes, depth);
        }
        value(I32, depth);
        code.i32(3).u8(0x71, 0x45, 0x0d).u32(label);
        if (takes != VOID) {
            code.u8(0x21).u32(local(takes));
        }
    }

    private void block(int depth) {
        int type = random(2) == 0 ? VOID : type();
        code.u8(0x02, type);
        labels.add(type);
        inside(type, depth);
        if (type != VOID) {
            code.u8(0x21).u32(local(type));
        }
    }

    private void inside(int type, int depth) {
        if (!statements(depth - 1) && type != VOID) {
            value(type, depth - 1);
        }
        labels.removeLast();
        code.end();
    }

    /// Leaves the function once all loops together went round too often.
    private void loop(int depth) {
        code.u8(0x03, VOID);
        labels.add(VOID);
        code.u8(0x23, 0, 0x45, 0x04, VOID, 0x00).end();
        code.u8(0x23, 0).i32(1).u8(0x6b, 0x24, 0);
        inside(VOID, depth);
    }

    private void condition(int depth) {
        value(I32, depth);
        code.i32(1).u8(0x71, 0x04, VOID);
        labels.add(VOID);
        boolean otherwise = random(2) == 0;
        statements(depth - 1);
        if (otherwise) {
            code.u8(0x05);
            statements(depth - 1);
        }
        labels.removeLast();
        code.end();
    }

    private void choice(int depth) {
        int cases = 2 + random(random(8) == 0 ? CASES_MAX : 8);
        for (int i = 0; i <= cases; i++) {
            code.u8(0x02, VOID);
            labels.add(VOID);
        }
        value(I32, 0);
        code.i32(127).u8(0x71, 0x0e).u32(cases - 1);
        for (int i = 0; i < cases; i++) {
            code.u32(random(6) == 0 ? random(cases) : i);
        }
        for (int i = cases; i > 0; i--) {
            labels.removeLast();
            code.end();
            boolean ended = statements(cases > 10 ? 0 : depth - 1);
            if (!ended && random(4) != 0) {
                code.u8(0x0c).u32(i - 1);
            }
        }
        labels.removeLast();
        code.end();
    }

    private void value(int type, int depth) {
        switch (depth == 0 ? random(4) : random(7)) {
            case 0, 1 -> get(local(type));
            case 2 -> constant(type);
            case 3 -> {
                get(local(type));
                get(local(type));
                code.u8(type == I32 ? 0x6a : type == I64 ? 0x7c : type == F32 ? 0x92 : 0xa0);
            }
            case 4 -> {
                code.u8(0x02, type);
                labels.add(type);
                inside(type, depth);
            }
            case 5 -> {
                code.i32(random(MEMORY_MASK));
                code.u8(type == I32 ? 0x28 : type == I64 ? 0x29 : type == F32 ? 0x2a : 0x2b, 0, 0);
            }
            default -> {
                if (type == I32) {
                    value(I32, depth - 1);
                    value(I32, depth - 1);
                    code.call(helper);
                } else {
                    value(type, depth - 1);
                }
            }
        }
    }

    private void constant(int type) {
        switch (type) {
            case I32 -> code.i32(random.nextInt(300) - 20);
            case I64 -> code.i64(random.nextLong());
            case F32 -> code.f32(random(100));
            default -> code.f64(random(100));
        }
    }
}

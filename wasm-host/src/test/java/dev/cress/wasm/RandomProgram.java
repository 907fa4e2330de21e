package dev.cress.wasm;

import static dev.cress.wasm.assembly.WasmBytes.EXTERNREF;
import static dev.cress.wasm.assembly.WasmBytes.F32;
import static dev.cress.wasm.assembly.WasmBytes.F64;
import static dev.cress.wasm.assembly.WasmBytes.FUNCREF;
import static dev.cress.wasm.assembly.WasmBytes.I64;
import static dev.cress.wasm.assembly.WasmBytes.bytes;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.cress.wasm.assembly.Assembler;
import dev.cress.wasm.assembly.WasmBytes;

import java.util.Random;

/// A module made by chance that does to its state all that a guest can do. The request's body, one
/// byte, says which of its ways it goes. It answers with a digest of all that it finds at its
/// start, and another at its end if it gets there.
final class RandomProgram {
    /// Ways that a run can go.
    static final int WAYS = 6;

    private static final int PAGE = 65_536;
    private static final int GRANULE = 4_096;
    private static final int PAGES_MAX = 24;
    private static final int STEPS = 12;
    private static final int TABLE_ENTRIES = 8;
    private static final int[] GLOBAL_TYPES = {WasmBytes.I32, I64, F32, F64, FUNCREF, EXTERNREF};

    /// Where the answer and the vectors lie that the host reads.
    private static final int HEAD = 64;

    private static final byte[] HEAD_TEXT = "Content-Type: a\n\n".getBytes(US_ASCII);
    private static final int DIGEST = HEAD + HEAD_TEXT.length;

    private final Random random;
    private final int pages;
    private final Assembler module;
    private final int exit;
    private final int count;
    private final int deep;

    private RandomProgram(long seed) {
        random = new Random(seed);
        pages = 1 + random.nextInt(3);
        module =
                new Assembler()
                        .memory(bytes(1).u32(pages).u32(PAGES_MAX))
                        .export("memory", 2, 0)
                        .table(TABLE_ENTRIES, 64)
                        .table(EXTERNREF, 3, 20);
        exit = module.wasi("proc_exit", "i");
        int read = module.wasi("fd_read", "iiii");
        int write = module.wasi("fd_write", "iiii");
        globals();
        segments();
        int first = write + 1;
        module.function("", "i", bytes().i32(random.nextInt()).end());
        module.function("", "i", bytes().i32(random.nextInt()).end());
        count = module.function("i", "", counting(first + 2));
        deep = module.function("i", "i", recursing(first + 3));
        int digest = digest();
        int[] ways = new int[WAYS];
        for (int i = 0; i < WAYS; i++) {
            ways[i] = module.function("", "", way());
        }
        module.start(start(read, write, digest, ways));
    }

    static byte[] of(long seed) {
        return new RandomProgram(seed).module.toBytes();
    }

    private void globals() {
        module.global(random.nextInt())
                .global(I64, bytes().i64(random.nextLong()))
                .global(F32, bytes().f32(random.nextFloat()))
                .global(F64, bytes().f64(random.nextDouble()))
                .global(FUNCREF, random.nextBoolean() ? bytes(0xd2).u32(3) : nullOf(FUNCREF))
                .global(EXTERNREF, nullOf(EXTERNREF));
    }

    private void segments() {
        byte[] some = new byte[1 + random.nextInt(9_000)];
        random.nextBytes(some);
        module.data(HEAD, HEAD_TEXT)
                .data(128 + random.nextInt(40_000), some)
                .passiveData(some)
                .passiveData(new byte[] {1, 2, 3});
        module.element(random.nextInt(TABLE_ENTRIES), 3)
                .element(random.nextInt(TABLE_ENTRIES), 4)
                .passiveElements(3, 4, 3)
                .passiveElements(4);
    }

    private static WasmBytes nullOf(int type) {
        return bytes(0xd0, type);
    }

    /// Calls itself by tail calls until its parameter is 0; from 1,000 on it exits instead.
    private WasmBytes counting(int itself) {
        return bytes(0x20, 0, 0x45, 0x04, 0x40, 0x0f, 0x0b, 0x20, 0)
                .i32(1_000)
                .u8(0x46, 0x04, 0x40)
                .i32(7)
                .u8(0x12)
                .u32(exit)
                .end()
                .u8(0x20, 0)
                .i32(1)
                .u8(0x6b, 0x12)
                .u32(itself)
                .end();
    }

    /// As deep as its parameter says, and a store at each level.
    private static WasmBytes recursing(int itself) {
        return bytes(0x20, 0)
                .i32(511)
                .u8(0x71)
                .i32(5)
                .u8(0x74, 0x20, 0, 0x36, 2)
                .u32(60_000 - 512 * 32)
                .u8(0x20, 0, 0x45, 0x04, 0x7f)
                .i32(0)
                .u8(0x05, 0x20, 0)
                .i32(1)
                .u8(0x6b)
                .call(itself)
                .u8(0x20, 0, 0x6a)
                .end()
                .end();
    }

    /// Of each byte of memory, each global, each entry of the tables and what functions there
    /// answer.
    private int digest() {
        var code = bytes(0x3f, 0).i32(PAGE).u8(0x6c, 0x21, 0, 0x03, 0x40);
        // h = rotl(h, 7) + i64.load(at -= 8)
        code.u8(0x20, 1).i64(7).u8(0x89, 0x20, 0).i32(8).u8(0x6b, 0x22, 0, 0x29, 0, 0, 0x7c);
        code.u8(0x21, 1, 0x20, 0, 0x0d, 0, 0x0b);
        mix(code, bytes(0x3f, 0, 0xac));
        mix(code, bytes(0xfc, 16, 0, 0xac));
        mix(code, bytes(0xfc, 16, 1, 0xac));
        mix(code, bytes(0x23, 0, 0xac));
        mix(code, bytes(0x23, 1));
        mix(code, bytes(0x23, 2, 0xbc, 0xac));
        mix(code, bytes(0x23, 3, 0xbd));
        mix(code, bytes(0x23, 4, 0xd1, 0xac));
        mix(code, bytes(0x23, 5, 0xd1, 0xac));
        mix(code, bytes().i32(1).u8(0x25, 1, 0xd1, 0xac));
        for (int i = 0; i < TABLE_ENTRIES; i++) {
            var call = bytes().i32(i).u8(0x11).u32(module.type("", "i")).u8(0, 0xac);
            code.i32(i).u8(0x25, 0, 0xd1, 0x45, 0x04, 0x40);
            mix(code, call);
            code.end();
        }
        code.u8(0x20, 1).end();
        return module.functionWithLocals("", "I", bytes(2, 1, WasmBytes.I32, 1, I64), code);
    }

    private static void mix(WasmBytes code, WasmBytes value) {
        code.u8(0x20, 1).i64(0x9e37_79b9_7f4a_7c15L).u8(0x7e).add(value).u8(0x85, 0x21, 1);
    }

    /// Digest, way, digest.
    private static WasmBytes start(int read, int write, int digest, int[] ways) {
        // the vectors at 0 and 8: one byte to 40; head and digest; the digest alone
        var code = bytes();
        int[] words = {40, 1, HEAD, HEAD_TEXT.length + 8, DIGEST, 8};
        code.i32(DIGEST).call(digest).u8(0x37, 0, 0);
        for (int i = 0; i < words.length; i++) {
            code.i32(4 * i).i32(words[i]).u8(0x36, 0, 0);
        }
        code.i32(0).i32(0).i32(1).i32(32).call(read).drop();
        code.i32(1).i32(8).i32(1).i32(32).call(write).drop();
        for (int i = 0; i < ways.length; i++) {
            code.i32(40).u8(0x2d, 0, 0).i32(i).u8(0x46, 0x04, 0x40).call(ways[i]).end();
        }
        code.i32(DIGEST).call(digest).u8(0x37, 0, 0);
        // a way may have written over the vectors
        code.i32(16).i32(DIGEST).u8(0x36, 0, 0).i32(20).i32(8).u8(0x36, 0, 0);
        return code.i32(1).i32(16).i32(1).i32(32).call(write).drop().end();
    }

    private WasmBytes way() {
        var code = bytes();
        for (int i = random.nextInt(STEPS); i >= 0; i--) {
            step(code);
        }
        switch (random.nextInt(8)) {
            case 0 -> code.i32(0).call(exit);
            case 1 -> code.i32(7).call(exit);
            case 2 -> code.u8(0x00);
            case 3 -> code.i32(900 + random.nextInt(200)).u8(0x12).u32(count);
            case 4 -> code.i32(random.nextInt(2_000)).call(deep).drop();
            default -> {}
        }
        return code.end();
    }

    private void step(WasmBytes code) {
        switch (random.nextInt(16)) {
            case 0 -> code.i32(random.nextInt(4)).u8(0x40, 0).drop();
            case 1 -> inside(code).i32(random.nextInt()).add(length()).u8(0xfc, 11, 0);
            case 2 -> inside(inside(code)).add(length()).u8(0xfc, 10, 0, 0);
            case 3 -> address(code).i32(0).i32(random.nextInt(4)).u8(0xfc, 8, random(2), 0);
            case 4 -> code.u8(0xfc, random.nextBoolean() ? 9 : 13, random.nextInt(4));
            case 5 -> code.i32(entry()).add(reference()).u8(0x26, 0);
            case 6 -> code.add(reference()).i32(random.nextInt(4)).u8(0xfc, 15, 0).drop();
            case 7 -> code.i32(entry()).add(reference()).i32(random.nextInt(3)).u8(0xfc, 17, 0);
            case 8 -> code.i32(entry()).i32(entry()).i32(random.nextInt(3)).u8(0xfc, 14, 0, 0);
            case 9 -> code.i32(entry()).i32(0).i32(random(2)).u8(0xfc, 12, 2 + random(2), 0);
            case 10 -> externs(code);
            case 11, 12 -> setGlobal(code);
            default -> store(code);
        }
    }

    private void externs(WasmBytes code) {
        if (random.nextBoolean()) {
            code.add(nullOf(EXTERNREF)).i32(random.nextInt(3)).u8(0xfc, 15, 1).drop();
        } else {
            code.i32(random.nextInt(3)).add(nullOf(EXTERNREF)).u8(0x26, 1);
        }
    }

    private int random(int bound) {
        return random.nextInt(bound);
    }

    private WasmBytes reference() {
        return random.nextBoolean() ? bytes(0xd2).u32(3 + random.nextInt(2)) : nullOf(FUNCREF);
    }

    /// One of a table's, seldom none.
    private int entry() {
        return random.nextInt(TABLE_ENTRIES - 2) + (random.nextInt(20) == 0 ? 1_000 : 0);
    }

    /// Before or behind a border of granules or pages, or the end of the memory as it is then;
    /// seldom outside.
    private WasmBytes address(WasmBytes code) {
        int near = random.nextInt(40) == 0 ? 1 : -8 - random.nextInt(9);
        return switch (random.nextInt(4)) {
            case 0 -> code.u8(0x3f, 0).i32(PAGE).u8(0x6c).i32(near).u8(0x6a);
            case 1 -> code.i32((1 + random.nextInt(pages)) * PAGE - 1 - random.nextInt(20));
            case 2 -> code.i32(GRANULE * (1 + random.nextInt(15)) - random.nextInt(9));
            default -> inside(code);
        };
    }

    /// Seldom so near the first page's end that what is longest reaches over it.
    private WasmBytes inside(WasmBytes code) {
        return code.i32(DIGEST + 8 + random.nextInt(PAGE - 2 * GRANULE));
    }

    private WasmBytes length() {
        return bytes().i32(random.nextInt(4) == 0 ? random.nextInt(3 * GRANULE) : random(9));
    }

    private void setGlobal(WasmBytes code) {
        int index = random.nextInt(GLOBAL_TYPES.length);
        code.add(index == 4 ? reference() : value(GLOBAL_TYPES[index])).u8(0x24, index);
    }

    private WasmBytes value(int type) {
        return switch (type) {
            case WasmBytes.I32 -> bytes().i32(random.nextInt());
            case I64 -> bytes().i64(random.nextLong());
            case F32 -> bytes().f32(random.nextFloat());
            case F64 -> bytes().f64(random.nextDouble());
            default -> nullOf(type);
        };
    }

    private void store(WasmBytes code) {
        int[] types = {WasmBytes.I32, I64, F32, F64, WasmBytes.I32, WasmBytes.I32, I64, I64, I64};
        int store = random.nextInt(types.length);
        address(code).add(value(types[store])).u8(0x36 + store, 0).u32(random.nextInt(3));
    }
}

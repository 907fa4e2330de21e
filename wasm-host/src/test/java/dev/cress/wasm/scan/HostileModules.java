package dev.cress.wasm.scan;

import static dev.cress.wasm.assembly.WasmBytes.FUNCREF;
import static dev.cress.wasm.assembly.WasmBytes.I32;
import static dev.cress.wasm.assembly.WasmBytes.bytes;
import static dev.cress.wasm.assembly.WasmBytes.header;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.cress.wasm.assembly.WasmBytes;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/// Modules that nobody's compiler wrote.
final class HostileModules {
    private static final long HUGE = 0xffff_ffffL;
    private static final String FEATURE = "unsupported-feature";
    private static final String INVALID = "invalid-module";
    private static final String TRUNCATED = "truncated";

    private HostileModules() {}

    static Stream<Hostile> notWasm() {
        String text = "(module (func (export \"_start\")))";
        byte[] elf = bytes(0x7f, 'E', 'L', 'F', 2, 1, 1, 0).repeat(64, 0).toBytes();
        byte[] gzip = bytes(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3).toBytes();
        return Stream.of(
                Hostile.of("nothing", new byte[0], "not-wasm", "0 bytes", "\\0asm"),
                Hostile.of("one byte", new byte[1], "not-wasm", "00", "\\0asm"),
                Hostile.of("half a magic", bytes(0, 'a', 's').toBytes(), "not-wasm", "00 61 73"),
                Hostile.of("text format", text.getBytes(UTF_8), "not-wasm", "28 6d 6f 64"),
                Hostile.of("ELF", elf, "not-wasm", "7f 45 4c 46"),
                Hostile.of("gzip", gzip, "not-wasm", "1f 8b 08 00"),
                Hostile.of("magic alone", headerCut(4), TRUNCATED, "byte 4"),
                Hostile.of("half a version", headerCut(6), TRUNCATED, "byte 6"),
                Hostile.of(
                        "version 2",
                        bytes(0, 'a', 's', 'm', 2, 0, 0, 0).toBytes(),
                        INVALID,
                        "version 2, expected 1"),
                Hostile.of(
                        "layer 2",
                        bytes(0, 'a', 's', 'm', 1, 0, 2, 0).toBytes(),
                        INVALID,
                        "version 131073, expected 1"),
                Hostile.of(
                        "component",
                        bytes(0, 'a', 's', 'm', 0x0d, 0, 1, 0).toBytes(),
                        "component",
                        "component",
                        "wasm32-wasip1"));
    }

    private static byte[] headerCut(int length) {
        return Arrays.copyOf(header().toBytes(), length);
    }

    static Stream<Hostile> features() {
        return Stream.of(
                feature("v128 parameter", "SIMD", section(1, bytes(1, 0x60, 1, 0x7b, 0))),
                feature("v128 local", "SIMD", body(bytes(1, 1, 0x7b, 0x0b))),
                feature("v128 instruction", "SIMD", code(bytes(0xfd, 12).repeat(16, 0))),
                feature("v128 constant global", "SIMD", section(6, bytes(1, I32, 0, 0xfd))),
                feature("v128 select", "SIMD", code(bytes(0x1c, 1, 0x7b))),
                feature("v128 block", "SIMD", code(bytes(0x02, 0x7b))),
                feature("shared memory", "shared memory", section(5, bytes(1, 3, 1, 2))),
                feature("atomic instruction", "threads", code(bytes(0xfe, 0x10, 2, 0))),
                feature("struct type", "garbage", section(1, bytes(1, 0x5f, 0))),
                feature("array type", "garbage", section(1, bytes(1, 0x5e, I32, 0))),
                feature("rec group", "garbage", section(1, bytes(1, 0x4e, 1, 0x60, 0, 0))),
                feature("subtype", "garbage", section(1, bytes(1, 0x50, 0, 0x60, 0, 0))),
                feature("typed reference", "garbage", section(1, bytes(1, 0x60, 1, 0x64, 0))),
                feature("anyref local", "garbage", body(bytes(1, 1, 0x6e, 0x0b))),
                feature("GC instruction", "garbage", code(bytes(0xfb, 0, 0))),
                feature("call_ref", "garbage", code(bytes(0x14, 0))),
                feature("tag section", "exceptions", section(13, bytes(1, 0, 0))),
                feature("try", "exceptions", code(bytes(0x06, 0x40))),
                feature("try_table", "exceptions", code(bytes(0x1f, 0x40, 0))),
                feature("throw", "exceptions", code(bytes(0x08, 0))),
                feature("exnref", "exceptions", section(1, bytes(1, 0x60, 1, 0x69, 0))),
                feature("tag import", "exceptions", imported(bytes(4, 0, 0))),
                feature("tag export", "exceptions", section(7, bytes(1).name("t").u8(4, 0))),
                feature("memory64", "64-bit memory", section(5, bytes(1, 4, 1))),
                feature("two memories", "more than one", section(5, bytes(2, 0, 1, 0, 1))),
                feature("memory index", "more than one", code(bytes(0x28, 0x42, 1, 0))),
                feature("memory.grow 1", "more than one", code(bytes(0x40, 1))),
                feature("memory.copy 0 1", "more than one", code(bytes(0xfc, 10, 0, 1))),
                feature("data of memory 1", "more than one", section(11, bytes(1, 2, 1))),
                missing("table import", "env.x", imported(bytes(1, FUNCREF, 0, 1))),
                missing("memory import", "env.x", imported(bytes(2, 0, 1))),
                missing("global import", "env.x", imported(bytes(3, I32, 0))));
    }

    private static Hostile feature(String what, String said, byte[] module) {
        return Hostile.of(what, module, FEATURE, said);
    }

    private static Hostile missing(String what, String said, byte[] module) {
        return Hostile.of(what, module, "missing-import", said, what.split(" ", 2)[0]);
    }

    static Stream<Hostile> counts() {
        var all = new ArrayList<Hostile>();
        for (int[] section :
                new int[][] {
                    {1, 50_000},
                    {2, 1_000},
                    {3, 100_000},
                    {4, 16},
                    {5, 16},
                    {6, 10_000},
                    {7, 10_000},
                    {9, 10_000},
                    {10, 100_000},
                    {11, 100_000}
                }) {
            int id = section[0];
            int max = section[1];
            all.add(
                    Hostile.of(
                            "4294967295 entries in section " + id,
                            section(id, bytes().u32(HUGE)),
                            INVALID,
                            "4294967295",
                            "at most " + max));
            all.add(
                    Hostile.of(
                            "more entries than bytes in section " + id,
                            section(id, bytes().u32(max).u8(0)),
                            INVALID,
                            "declares " + max,
                            "only 1 bytes are left"));
        }
        all.addAll(innerCounts());
        return all.stream();
    }

    private static List<Hostile> innerCounts() {
        var manyLocals = header();
        var bodies = bytes().u32(20_000);
        for (int i = 0; i < 20_000; i++) {
            bodies.sized(bytes(1).u32(50_000).u8(I32).end());
        }
        manyLocals.section(3, bytes().u32(20_000).repeat(20_000, 0)).section(10, bodies);
        var fullLocals = header();
        var full = bytes().u32(300);
        for (int i = 0; i < 300; i++) {
            full.sized(bytes(1).u32(20_000).u8(I32).end());
        }
        fullLocals.section(3, bytes().u32(300).repeat(300, 0)).section(10, full);
        var elements = bytes(3);
        for (int i = 0; i < 3; i++) {
            elements.u8(0).i32(0).end().u32(100_000).repeat(100_000, 0);
        }
        return List.of(
                Hostile.of(
                        "three segments of 100000 elements",
                        section(9, elements),
                        INVALID,
                        "300000 entries in all",
                        "at most 200000"),
                count("parameters", "1000", section(1, bytes(1, 0x60).u32(HUGE))),
                count("results", "100", section(1, bytes(1, 0x60, 0).u32(HUGE))),
                count("bytes of a name", "10000", section(2, bytes(1).u32(HUGE))),
                count("bytes of a name", "10000", section(0, bytes().u32(HUGE))),
                count("targets of a branch table", "65520", code(bytes(0x0e).u32(HUGE))),
                count("groups of locals", "20000", body(bytes().u32(HUGE))),
                count("types of a select", "1000", code(bytes(0x1c).u32(HUGE))),
                count("entries", "100000", section(9, bytes(1, 0).i32(0).end().u32(HUGE))),
                Hostile.of(
                        "locals of one function",
                        body(bytes(1).u32(HUGE).u8(I32).end()),
                        INVALID,
                        "4294967295 locals",
                        "at most 20000"),
                Hostile.of(
                        "20000 functions of 50000 locals",
                        manyLocals.toBytes(),
                        INVALID,
                        "50000 locals",
                        "at most 20000"),
                Hostile.of(
                        "300 functions of 20000 locals",
                        fullLocals.toBytes(),
                        INVALID,
                        "locals",
                        "5000000"),
                Hostile.of(
                        "data segment of 4 GiB",
                        section(11, bytes(1, 1).u32(HUGE)),
                        TRUNCATED,
                        "data segment declares 4294967295 bytes",
                        "0 are left"),
                Hostile.of(
                        "table of 100001 entries",
                        section(4, bytes(1, FUNCREF, 0).u32(100_001)),
                        INVALID,
                        "100001 table entries",
                        "at most 100000"),
                Hostile.of(
                        "a branch table of 20001 targets, each 4000 blocks away",
                        code(
                                bytes().repeat(4_001, 0x02, 0x40)
                                        .i32(0)
                                        .u8(0x0e)
                                        .u32(20_000)
                                        .repeat(20_001, 0xa0, 0x1f)
                                        .repeat(4_002, 0x0b)),
                        INVALID,
                        "branches reach over 50004000 blocks",
                        "at most 50000000"),
                Hostile.of(
                        "two tables of 60000 entries",
                        section(4, bytes(2).repeat(2, FUNCREF, 0, 0xe0, 0xd4, 0x03)),
                        INVALID,
                        "120000 table entries",
                        "at most 100000"),
                Hostile.of(
                        "1001 custom sections",
                        header().repeat(1_001, 0, 1, 0).toBytes(),
                        INVALID,
                        "1001 custom sections",
                        "at most 1000"));
    }

    private static Hostile count(String things, String max, byte[] module) {
        return Hostile.of(
                "4294967295 " + things, module, INVALID, "4294967295", things, "at most " + max);
    }

    static Stream<Hostile> shapes() {
        return Stream.of(
                Hostile.of(
                        "blocks nested 5001 deep",
                        code(bytes().repeat(5_001, 0x02, 0x40).repeat(5_001, 0x0b)),
                        INVALID,
                        "deeper than 5000"),
                Hostile.of(
                        "blocks never closed",
                        code(bytes().repeat(100, 0x02, 0x40)),
                        TRUNCATED,
                        "function body"),
                Hostile.of(
                        "functions before types",
                        header().section(3, bytes(0)).section(1, bytes(0)).toBytes(),
                        INVALID,
                        "section 1",
                        "out of order"),
                Hostile.of(
                        "two type sections",
                        header().section(1, bytes(0)).section(1, bytes(0)).toBytes(),
                        INVALID,
                        "section 1",
                        "out of order"),
                Hostile.of("section 14", section(14, bytes(0)), INVALID, "unknown section 14"),
                Hostile.of("section 255", section(255, bytes(0)), INVALID, "unknown section 255"),
                Hostile.of(
                        "section size of 4 GiB",
                        header().u8(1).u32(HUGE).toBytes(),
                        TRUNCATED,
                        "type section declares 4294967295 bytes",
                        "only 0 are left"),
                Hostile.of(
                        "junk behind a section's content",
                        section(1, bytes(0, 1, 2, 3)),
                        INVALID,
                        "type section has 3 bytes more"),
                Hostile.of(
                        "junk behind a body", body(bytes(0, 0x0b, 1, 1)), INVALID, "2 bytes more"),
                Hostile.of(
                        "junk behind the module",
                        header().section(1, bytes(0)).u8(0x33).toBytes(),
                        TRUNCATED,
                        "byte"),
                Hostile.of(
                        "number of six bytes",
                        header().u8(1, 0x80, 0x80, 0x80, 0x80, 0x80, 0).toBytes(),
                        INVALID,
                        "larger than 32 bits"),
                Hostile.of(
                        "number above 32 bits",
                        header().u8(1, 0xff, 0xff, 0xff, 0xff, 0x1f).toBytes(),
                        INVALID,
                        "larger than 32 bits"),
                Hostile.of(
                        "constant of eleven bytes",
                        code(bytes(0x42).repeat(10, 0x80).u8(0)),
                        INVALID,
                        "larger than 64 bits"),
                Hostile.of(
                        "bodies without functions",
                        section(10, bytes(1, 2, 0, 0x0b)),
                        INVALID,
                        "0 functions",
                        "1 bodies"),
                Hostile.of(
                        "functions without bodies",
                        section(3, bytes(1, 0)),
                        INVALID,
                        "1 functions",
                        "0 bodies"),
                Hostile.of(
                        "body larger than its section",
                        header().section(3, bytes(1, 0)).section(10, bytes(1, 9, 0)).toBytes(),
                        TRUNCATED,
                        "function body declares 9 bytes",
                        "only 1 are left"),
                Hostile.of(
                        "body of 2 MiB and a byte",
                        body(bytes(0).repeat((2 << 20) - 1, 1).end()),
                        INVALID,
                        "2097153",
                        "at most 2097152"),
                Hostile.of("opcode 0x27", code(bytes(0x27)), INVALID, "instruction 0x27"),
                Hostile.of("opcode 0xff", code(bytes(0xff)), INVALID, "instruction 0xff"),
                Hostile.of("opcode 0xfc 18", code(bytes(0xfc, 18)), INVALID, "0xfc 18"),
                Hostile.of("opcode 0xfc 256", code(bytes(0xfc, 0x80, 2)), INVALID, "0xfc 256"),
                Hostile.of(
                        "name that is not UTF-8",
                        section(7, bytes(1, 2, 0xc3, 0x28, 0, 0)),
                        INVALID,
                        "not UTF-8"),
                Hostile.of(
                        "export of an unknown kind",
                        section(7, bytes(1).name("x").u8(9, 0)),
                        INVALID,
                        "'x'",
                        "unknown kind"),
                Hostile.of(
                        "global neither constant nor variable",
                        section(6, bytes(1, I32, 2).i32(0).end()),
                        INVALID,
                        "neither constant nor variable"),
                Hostile.of("data segment 3", section(11, bytes(1, 3)), INVALID, "0x03"),
                Hostile.of("element segment 8", section(9, bytes(1, 8)), INVALID, "0x08"));
    }

    /// Where this scan and the engine's parser would read the same bytes as different things.
    static Stream<Hostile> disagreements() {
        return Stream.of(
                Hostile.of(
                        "block in a constant expression",
                        section(11, bytes(1, 0, 0x02, 0x40, 0x0b, 0xa0, 0xa0, 0xa0, 0xa0, 1, 0x0b)),
                        INVALID,
                        "instruction 0x02",
                        "constant expression"),
                Hostile.of(
                        "call in a constant expression",
                        section(6, bytes(1, I32, 0, 0x10, 0, 0x0b)),
                        INVALID,
                        "instruction 0x10",
                        "constant expression"),
                Hostile.of(
                        "alignment of 2^128",
                        code(bytes(0x28, 0x80, 1, 0, 0)),
                        INVALID,
                        "alignment 128"));
    }

    static Stream<Hostile> sizes() {
        byte[] text = new byte[64 << 20];
        Arrays.fill(text, (byte) 'a');
        byte[] module = Arrays.copyOf(header().toBytes(), (50 << 20) + 1);
        return Stream.of(
                Hostile.of("64 MiB of text", text, "module-too-large", "64 MiB", "at most 50 MiB"),
                Hostile.of(
                        "a byte too much", module, "module-too-large", "51 MiB", "at most 50 MiB"));
    }

    static Stream<Hostile> all() {
        return Stream.of(notWasm(), features(), counts(), shapes(), disagreements(), sizes())
                .flatMap(s -> s);
    }

    private static byte[] section(int id, WasmBytes content) {
        return header().section(id, content).toBytes();
    }

    private static byte[] imported(WasmBytes what) {
        return section(2, bytes(1).name("env").name("x").add(what));
    }

    /// One function with this body: locals, code, `end`.
    private static byte[] body(WasmBytes body) {
        return header().section(1, bytes(1, 0x60, 0, 0))
                .section(3, bytes(1, 0))
                .section(10, bytes(1).sized(body))
                .toBytes();
    }

    private static byte[] code(WasmBytes instructions) {
        return body(bytes(0).add(instructions));
    }
}

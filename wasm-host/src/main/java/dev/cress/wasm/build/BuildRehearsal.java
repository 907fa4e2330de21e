package dev.cress.wasm.build;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.cress.wasm.guest.RefusedModuleException;
import dev.cress.wasm.guest.Wanted;
import dev.cress.wasm.image.ImageFile;
import dev.cress.wasm.memory.MemoryBudget;
import dev.cress.wasm.stop.Watchdog;

import java.io.ByteArrayOutputStream;

/// Builds of a module of our own, in a worker that was started ahead, while nobody waits: it has
/// most of what a compiler emits, so that the scan, the engine's parser and compiler, the check of
/// classes and the initialisation are loaded and linked when somebody does.
final class BuildRehearsal {
    /// From the second build on the JIT has compiled a part of what compiles.
    private static final int TIMES = 3;

    private static final int MEMORY_BYTES = 1 << 20;

    private static final byte[] HEADER = {0, 'a', 's', 'm', 1, 0, 0, 0};

    /// Sections of one entry each, where not said otherwise (Core Specification, 5.5).
    private static final byte[] TYPES =
            bytes(2, 0x60, 0, 0, 0x60, 4, 0x7f, 0x7f, 0x7f, 0x7f, 1, 0x7f);

    private static final byte[] FUNCTIONS = bytes(3, 0, 0, 0);
    private static final byte[] TABLE = bytes(1, 0x70, 0, 1);
    private static final byte[] MEMORY = bytes(1, 0, 1);
    private static final byte[] GLOBAL = bytes(1, 0x7f, 1, 0x41, 0, 0x0b);
    private static final byte[] START = bytes(3);
    private static final byte[] ELEMENT = bytes(1, 0, 0x41, 0, 0x0b, 1, 3);
    private static final byte[] DATA = bytes(1, 0, 0x41, 0, 0x0b, 4, 1, 2, 3, 4);

    /// Counts a local down to nothing.
    private static final byte[] LOOP =
            bytes(0x03, 0x40, 0x20, 0, 0x41, 1, 0x6b, 0x22, 0, 0x0d, 0, 0x0b);

    /// The function that is called `_start`, and isn't here, after a [#LOOP].
    private static final byte[][] CONTROL = {
        // a branch table in two blocks; an if with a result, to a global; a select
        bytes(0x02, 0x40, 0x02, 0x40, 0x20, 0, 0x0e, 1, 0, 1, 0x0b, 0x0b),
        bytes(0x20, 0, 0x04, 0x7f, 0x41, 1, 0x05, 0x41, 2, 0x0b, 0x24, 0),
        bytes(0x23, 0, 0x41, 3, 0x20, 0, 0x1b, 0x1a),
        // fd_write, and a call through the table
        bytes(0x41, 0, 0x41, 0, 0x41, 0, 0x41, 0, 0x10, 0, 0x1a),
        bytes(0x41, 0, 0x11, 0, 0),
        // memory: size, grow, fill, copy
        bytes(0x3f, 0, 0x40, 0, 0x1a, 0x41, 8, 0x41, 0, 0x41, 4, 0xfc, 11, 0),
        bytes(0x41, 8, 0x41, 0, 0x41, 4, 0xfc, 10, 0, 0)
    };

    /// Instructions that leave one value, in the order of their codes (5.4.6): how many, and the
    /// types of what each takes.
    private static final String NUMERIC =
            "1i 10ii 1I 10II 6ff 6FF 3i 15ii 3I 15II 7f 7ff 7F 7FF 1I 2f 2F 2i 2f 2F 2i 2I 1F 2i 2I"
                    + " 1f 1f 1F 1i 1I 2i 3I";

    private static final int NUMERIC_FROM = 0x45;
    private static final String LOADS = "14i";
    private static final int LOADS_FROM = 0x28;
    private static final String STORES = "1ii 1iI 1if 1iF 2ii 3iI";
    private static final int STORES_FROM = 0x36;
    private static final byte[] NO_OFFSET = bytes(0, 0);
    private static final byte[] DROP = bytes(0x1a);

    private BuildRehearsal() {}

    static void hold(Watchdog watchdog) {
        byte[] module = module();
        try {
            for (int i = 0; i < TIMES; i++) {
                var budget = new MemoryBudget(MEMORY_BYTES);
                ImageFile.write(ModuleBuild.build(module, Wanted.AUTO, budget, watchdog));
            }
        } catch (RefusedModuleException e) {
            throw new IllegalStateException("the engine has changed", e);
        }
    }

    static byte[] module() {
        var numbers = new ByteArrayOutputStream();
        add(numbers, NUMERIC_FROM, NUMERIC, new byte[0], DROP);
        add(numbers, LOADS_FROM, LOADS, NO_OFFSET, DROP);
        add(numbers, STORES_FROM, STORES, NO_OFFSET, new byte[0]);
        byte[] imports =
                joined(bytes(1), name("wasi_snapshot_preview1"), name("fd_write"), bytes(0, 1));
        byte[] exports = joined(bytes(2), name("memory"), bytes(2, 0), name("_start"), bytes(0, 1));
        byte[] started = joined(bytes(0x41, 5, 0x21, 0), LOOP);
        return joined(
                HEADER,
                section(1, TYPES),
                section(2, imports),
                section(3, FUNCTIONS),
                section(4, TABLE),
                section(5, MEMORY),
                section(6, GLOBAL),
                section(7, exports),
                section(8, START),
                section(9, ELEMENT),
                section(
                        10,
                        joined(
                                bytes(3),
                                body(joined(LOOP, joined(CONTROL))),
                                body(numbers.toByteArray()),
                                body(started))),
                section(11, DATA));
    }

    /// Adds instructions in the order of their codes.
    ///
    /// @param kinds how many, and the types of what each takes
    private static void add(
            ByteArrayOutputStream out, int from, String kinds, byte[] immediates, byte[] then) {
        int code = from;
        for (String kind : kinds.split(" ", -1)) {
            String types = kind.replaceAll("[0-9]", "");
            int count = Integer.parseInt(kind.substring(0, kind.length() - types.length()));
            for (int i = 0; i < count; i++) {
                types.chars().forEach(type -> out.writeBytes(one((char) type)));
                out.write(code++);
                out.writeBytes(immediates);
                out.writeBytes(then);
            }
        }
    }

    /// The number 1 of this type.
    private static byte[] one(char type) {
        return switch (type) {
            case 'i' -> bytes(0x41, 1);
            case 'I' -> bytes(0x42, 1);
            case 'f' -> bytes(0x43, 0, 0, 0x80, 0x3f);
            default -> bytes(0x44, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f);
        };
    }

    /// With one local, an i32.
    private static byte[] body(byte[] code) {
        return sized(joined(bytes(1, 1, 0x7f), code, bytes(0x0b)));
    }

    private static byte[] section(int id, byte[] content) {
        return joined(bytes(id), sized(content));
    }

    private static byte[] name(String text) {
        return sized(text.getBytes(US_ASCII));
    }

    /// After its length, in two bytes of LEB128.
    private static byte[] sized(byte[] content) {
        return joined(bytes((content.length & 0x7f) | 0x80, content.length >> 7), content);
    }

    private static byte[] joined(byte[]... parts) {
        var all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    private static byte[] bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }
}

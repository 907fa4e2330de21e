package dev.cress.bench;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;

/// A module that gives the JIT as much to do as it may: functions of about 40 KB of bytecode, all
/// of it branches that no compiler can foresee, called one after the other without end.
final class JitBomb {
    private static final int FUNCTIONS = 50;

    /// Of 24 bytes of bytecode.
    private static final int BRANCHES = 1_700;

    private static final int I32 = 0x7f;
    private static final byte[] HEADER = {0, 'a', 's', 'm', 1, 0, 0, 0};

    private JitBomb() {}

    static byte[] module() {
        var module = new ByteArrayOutputStream();
        module.writeBytes(HEADER);
        section(module, 1, bytes(2, 0x60, 0, 0, 0x60, 1, I32, 1, I32));
        byte[] types = bytes(new int[FUNCTIONS + 2]);
        Arrays.fill(types, 1, FUNCTIONS + 1, (byte) 1);
        types[0] = FUNCTIONS + 1;
        section(module, 3, types);
        section(module, 5, bytes(1, 0, 1));
        var exports = new ByteArrayOutputStream();
        exports.writeBytes(bytes(2, 6, '_', 's', 't', 'a', 'r', 't', 0, FUNCTIONS));
        exports.writeBytes(bytes(6, 'm', 'e', 'm', 'o', 'r', 'y', 2, 0));
        section(module, 7, exports.toByteArray());
        var code = new ByteArrayOutputStream();
        code.write(FUNCTIONS + 1);
        for (int i = 0; i < FUNCTIONS; i++) {
            sized(code, branches(i));
        }
        sized(code, calls());
        section(module, 10, code.toByteArray());
        return module.toByteArray();
    }

    /// `if (x & a) x += b; else x ^= c;`, again and again with other numbers.
    private static byte[] branches(int seed) {
        var code = new ByteArrayOutputStream();
        code.write(0);
        for (int i = 0; i < BRANCHES; i++) {
            int bit = 1 << i % 12;
            code.writeBytes(bytes(0x20, 0, 0x41));
            number(code, bit);
            code.writeBytes(bytes(0x71, 0x04, 0x40, 0x20, 0, 0x41));
            number(code, 1_000 + 7 * i + seed);
            code.writeBytes(bytes(0x6a, 0x21, 0, 0x05, 0x20, 0, 0x41));
            number(code, 3_000 + 5 * i + seed);
            code.writeBytes(bytes(0x73, 0x21, 0, 0x0b));
        }
        code.writeBytes(bytes(0x20, 0, 0x0b));
        return code.toByteArray();
    }

    private static byte[] calls() {
        var code = new ByteArrayOutputStream();
        code.writeBytes(bytes(1, 1, I32, 0x03, 0x40));
        for (int i = 0; i < FUNCTIONS; i++) {
            code.writeBytes(bytes(0x20, 0, 0x10, i, 0x21, 0));
        }
        code.writeBytes(bytes(0x0c, 0, 0x0b, 0x0b));
        return code.toByteArray();
    }

    private static byte[] bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }

    private static void section(ByteArrayOutputStream to, int id, byte[] content) {
        to.write(id);
        sized(to, content);
    }

    private static void sized(ByteArrayOutputStream to, byte[] content) {
        int left = content.length;
        while (left > 0x7f) {
            to.write((left & 0x7f) | 0x80);
            left >>>= 7;
        }
        to.write(left);
        to.writeBytes(content);
    }

    /// A positive number in signed LEB128.
    private static void number(ByteArrayOutputStream to, int value) {
        int left = value;
        while (left > 0x3f) {
            to.write((left & 0x7f) | 0x80);
            left >>>= 7;
        }
        to.write(left);
    }
}

package dev.cress.wasm.split;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;

/// Reads a module that a scan has passed: it ends where it should.
final class Code {
    private static final int I32_CONST = 0x41;
    private static final int SIGNED_LAST_MAX = 0x3f;

    private final byte[] bytes;
    private int position;

    Code(byte[] bytes, int position) {
        this.bytes = bytes;
        this.position = position;
    }

    int position() {
        return position;
    }

    int u8() {
        return bytes[position++] & 0xff;
    }

    /// An unsigned LEB128 number of 32 bits.
    int u32() {
        int value = 0;
        int b;
        int shift = 0;
        do {
            b = u8();
            value |= (b & 0x7f) << shift;
            shift += 7;
        } while ((b & 0x80) != 0);
        return value;
    }

    /// Passes over an LEB128 number of any kind.
    void number() {
        while ((u8() & 0x80) != 0) {
            // its last byte is the one without the bit
        }
    }

    void skip(int count) {
        position += count;
    }

    byte[] take(int count) {
        position += count;
        return Arrays.copyOfRange(bytes, position - count, position);
    }

    byte[] since(int from) {
        return Arrays.copyOfRange(bytes, from, position);
    }

    static void number(ByteArrayOutputStream to, int value) {
        int left = value;
        while (left >>> 7 != 0) {
            to.write((left & 0x7f) | 0x80);
            left >>>= 7;
        }
        to.write(left);
    }

    /// An instruction with one number behind it.
    static byte[] instruction(int opcode, int number) {
        var code = new ByteArrayOutputStream();
        code.write(opcode);
        number(code, number);
        return code.toByteArray();
    }

    /// `i32.const` of a number that isn't negative.
    static byte[] constant(int number) {
        var code = new ByteArrayOutputStream();
        code.write(I32_CONST);
        // signed: the last byte's highest bit would make it negative
        int left = number;
        while (left > SIGNED_LAST_MAX) {
            code.write((left & 0x7f) | 0x80);
            left >>>= 7;
        }
        code.write(left);
        return code.toByteArray();
    }
}

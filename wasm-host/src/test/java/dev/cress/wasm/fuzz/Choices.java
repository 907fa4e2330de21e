package dev.cress.wasm.fuzz;

import java.util.Arrays;

/// What a fuzzer chose, byte by byte; zeros from its end on.
public final class Choices {
    private final byte[] bytes;
    private int at;

    public Choices(byte[] bytes) {
        this.bytes = bytes;
    }

    public boolean isLeft() {
        return at < bytes.length;
    }

    /// 0 to 255.
    public int u8() {
        return isLeft() ? bytes[at++] & 0xff : 0;
    }

    public int u16() {
        return u8() | u8() << 8;
    }

    public int i32() {
        return u16() | u16() << 16;
    }

    public long i64() {
        return Integer.toUnsignedLong(i32()) | (long) i32() << 32;
    }

    /// As many as there are, at most so many.
    public byte[] some(int max) {
        int from = at;
        at = Math.min(bytes.length, at + max);
        return Arrays.copyOfRange(bytes, from, at);
    }

    /// All that is left.
    public byte[] rest() {
        return some(bytes.length);
    }
}

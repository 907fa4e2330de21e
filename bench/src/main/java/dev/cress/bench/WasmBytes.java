package dev.cress.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;

/// A module, or a part of one, while it is written (WebAssembly core specification, 5). Used by one
/// thread.
final class WasmBytes {
    private static final int[] HEADER = {0, 'a', 's', 'm', 1, 0, 0, 0};

    private final ByteArrayOutputStream written = new ByteArrayOutputStream();

    /// A module without sections.
    static WasmBytes module() {
        return new WasmBytes().add(HEADER);
    }

    WasmBytes add(int... bytes) {
        for (int value : bytes) {
            written.write(value);
        }
        return this;
    }

    WasmBytes add(WasmBytes others) {
        written.writeBytes(others.toBytes());
        return this;
    }

    /// A number that is not negative, as counts and indices are written.
    WasmBytes number(int value) {
        int left = value;
        while (left > 0x7f) {
            written.write((left & 0x7f) | 0x80);
            left >>>= 7;
        }
        written.write(left);
        return this;
    }

    /// A number as constants are written.
    WasmBytes signed(long value) {
        long left = value;
        while (left > 0x3f || left < -0x40) {
            written.write((int) ((left & 0x7f) | 0x80));
            left >>= 7;
        }
        written.write((int) (left & 0x7f));
        return this;
    }

    WasmBytes name(String name) {
        byte[] utf8 = name.getBytes(UTF_8);
        number(utf8.length);
        written.writeBytes(utf8);
        return this;
    }

    /// Others, after how many they are.
    WasmBytes sized(WasmBytes others) {
        return number(others.written.size()).add(others);
    }

    WasmBytes section(int id, WasmBytes content) {
        return add(id).sized(content);
    }

    byte[] toBytes() {
        return written.toByteArray();
    }
}

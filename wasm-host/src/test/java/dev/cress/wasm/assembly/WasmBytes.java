package dev.cress.wasm.assembly;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;

/// Bytes of a module as its binary format writes them (Core Specification, chapter 5). Checks
/// nothing: what it writes may be as wrong as a test needs.
public final class WasmBytes {
    public static final int I32 = 0x7f;
    public static final int I64 = 0x7e;
    public static final int F32 = 0x7d;
    public static final int F64 = 0x7c;
    public static final int FUNCREF = 0x70;
    public static final int EXTERNREF = 0x6f;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    private WasmBytes() {}

    /// These bytes to begin with.
    public static WasmBytes bytes(int... values) {
        return new WasmBytes().u8(values);
    }

    /// The header of a core module, version 1.
    public static WasmBytes header() {
        return bytes(0, 'a', 's', 'm', 1, 0, 0, 0);
    }

    public WasmBytes u8(int... values) {
        for (int value : values) {
            out.write(value);
        }
        return this;
    }

    public WasmBytes add(byte[] more) {
        out.writeBytes(more);
        return this;
    }

    public WasmBytes add(WasmBytes more) {
        return add(more.toBytes());
    }

    /// An unsigned number in LEB128.
    public WasmBytes u32(long value) {
        long left = value;
        while (left > 0x7f) {
            out.write((int) ((left & 0x7f) | 0x80));
            left >>>= 7;
        }
        out.write((int) left);
        return this;
    }

    /// A signed number in LEB128.
    public WasmBytes s64(long value) {
        long left = value;
        while (left > 0x3f || left < -0x40) {
            out.write((int) ((left & 0x7f) | 0x80));
            left >>= 7;
        }
        out.write((int) (left & 0x7f));
        return this;
    }

    /// A name, or any bytes behind their count.
    public WasmBytes name(String name) {
        return sized(bytes().add(name.getBytes(UTF_8)));
    }

    /// The content behind its size.
    public WasmBytes sized(WasmBytes content) {
        return u32(content.size()).add(content);
    }

    public WasmBytes section(int id, WasmBytes content) {
        return u8(id).sized(content);
    }

    /// `i32.const`
    public WasmBytes i32(int value) {
        return u8(0x41).s64(value);
    }

    /// `i64.const`
    public WasmBytes i64(long value) {
        return u8(0x42).s64(value);
    }

    /// `f32.const`
    public WasmBytes f32(float value) {
        u8(0x43);
        return littleEndian(Float.floatToRawIntBits(value), Float.BYTES);
    }

    /// `f64.const`
    public WasmBytes f64(double value) {
        u8(0x44);
        return littleEndian(Double.doubleToRawLongBits(value), Double.BYTES);
    }

    /// The lowest bytes of a number, the least significant one first.
    public WasmBytes littleEndian(long value, int count) {
        for (int i = 0; i < count; i++) {
            u8((int) (value >>> (8 * i)));
        }
        return this;
    }

    /// `call`
    public WasmBytes call(int function) {
        return u8(0x10).u32(function);
    }

    /// `drop`
    public WasmBytes drop() {
        return u8(0x1a);
    }

    /// `end`
    public WasmBytes end() {
        return u8(0x0b);
    }

    /// The same bytes many times.
    public WasmBytes repeat(int times, int... values) {
        for (int i = 0; i < times; i++) {
            u8(values);
        }
        return this;
    }

    public int size() {
        return out.size();
    }

    public byte[] toBytes() {
        return out.toByteArray();
    }
}

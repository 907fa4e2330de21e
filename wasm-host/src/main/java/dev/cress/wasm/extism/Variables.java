package dev.cress.wasm.extism;

import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.Map;

/// A plug-in's variables, for one run.
final class Variables {
    /// All names and values, with [#OVERHEAD_BYTES] for each: the reference host's default.
    static final int BYTES_MAX = 1 << 20;

    /// What the reference host counts besides.
    static final int OVERHEAD_BYTES = 48;

    private final Map<String, byte[]> values = new HashMap<>();
    private long bytes;

    /// The array isn't to be changed.
    byte @Nullable [] get(String name) {
        return values.get(name);
    }

    /// Whether a value of so many bytes fits in, in place of the one that is there.
    boolean fits(String name, long length) {
        byte[] before = values.get(name);
        long without = before == null ? bytes : bytes - bytes(name, before.length);
        return without + bytes(name, length) <= BYTES_MAX;
    }

    void put(String name, byte[] value) {
        remove(name);
        values.put(name, value);
        bytes += bytes(name, value.length);
    }

    void remove(String name) {
        byte[] before = values.remove(name);
        if (before != null) {
            bytes -= bytes(name, before.length);
        }
    }

    private static long bytes(String name, long length) {
        return OVERHEAD_BYTES + name.length() + length;
    }
}

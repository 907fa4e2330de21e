package dev.cress.wasm.scan;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.cress.wasm.guest.RefusedModuleException;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Optional;

/// Sections that a module carries for others than its engine (Core Specification, 5.5.3).
public final class CustomSections {
    private static final int CUSTOM = 0;
    private static final int HEADER_BYTES = 8;

    private CustomSections() {}

    /// The content of the first one of this name.
    ///
    /// @param module that a scan has passed
    public static Optional<byte[]> find(byte[] module, String name) {
        var in = new ByteCursor(module);
        byte[] wanted = name.getBytes(UTF_8);
        try {
            in.skip(HEADER_BYTES);
            while (!in.atEnd()) {
                int id = in.u8();
                int size = (int) in.u32();
                int end = in.position() + size;
                if (id == CUSTOM) {
                    int length = (int) in.u32();
                    int at = in.position();
                    if (Arrays.equals(module, at, at + length, wanted, 0, wanted.length)) {
                        return Optional.of(Arrays.copyOfRange(module, at + length, end));
                    }
                }
                in.skip(end - in.position());
            }
            return Optional.empty();
        } catch (RefusedModuleException e) {
            throw new IllegalArgumentException("only a scanned module can be searched", e);
        }
    }

    /// Appends one to a module.
    public static void append(ByteArrayOutputStream module, String name, byte[] content) {
        byte[] named = name.getBytes(UTF_8);
        var section = new ByteArrayOutputStream();
        number(section, named.length);
        section.writeBytes(named);
        section.writeBytes(content);
        module.write(CUSTOM);
        number(module, section.size());
        module.writeBytes(section.toByteArray());
    }

    /// An unsigned LEB128 number.
    static void number(ByteArrayOutputStream to, long value) {
        long left = value;
        while (left >= 0x80) {
            to.write((int) ((left & 0x7f) | 0x80));
            left >>>= 7;
        }
        to.write((int) left);
    }
}

package dev.cress.wasm.scan;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.cress.wasm.guest.RefusedModuleException;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;

/// Reads a module's bytes forwards and never past the end of the part that it stands in.
final class ByteCursor {
    private final byte[] bytes;
    private int position;
    private int end;
    private String part = "module";

    ByteCursor(byte[] bytes) {
        this.bytes = bytes;
        this.end = bytes.length;
    }

    int position() {
        return position;
    }

    int left() {
        return end - position;
    }

    boolean atEnd() {
        return position == end;
    }

    /// Confines reading to the next `size` bytes; returns the end to go back to.
    int enter(String name, long size) throws RefusedModuleException {
        if (size > left()) {
            throw new RefusedModuleException(
                    "truncated",
                    "%s declares %d bytes, but only %d are left in the %s"
                            .formatted(name, size, left(), part));
        }
        int outer = end;
        end = position + (int) size;
        part = name;
        return outer;
    }

    /// Leaves the part, which must have been read to its end.
    void leave(int outer, String outerName) throws RefusedModuleException {
        if (!atEnd()) {
            throw invalid("%s has %d bytes more than its content".formatted(part, left()));
        }
        end = outer;
        part = outerName;
    }

    int u8() throws RefusedModuleException {
        if (position >= end) {
            throw ended();
        }
        return bytes[position++] & 0xff;
    }

    /// An unsigned LEB128 number of 32 bits, 0 to 4,294,967,295.
    long u32() throws RefusedModuleException {
        long value = 0;
        for (int shift = 0; shift < 35; shift += 7) {
            int b = u8();
            value |= (long) (b & 0x7f) << shift;
            if ((b & 0x80) == 0) {
                if (value > 0xffff_ffffL) {
                    break;
                }
                return value;
            }
        }
        throw invalid("a number in the %s is larger than 32 bits".formatted(part));
    }

    /// Passes over a signed LEB128 number of at most `bits` bits and returns its value.
    long signed(int bits) throws RefusedModuleException {
        long value = 0;
        int bytesMax = (bits + 6) / 7;
        for (int i = 0; i < bytesMax; i++) {
            int b = u8();
            value |= (long) (b & 0x7f) << (7 * i);
            if ((b & 0x80) == 0) {
                int unused = 64 - 7 * (i + 1);
                return unused > 0 ? value << unused >> unused : value;
            }
        }
        throw invalid("a number in the %s is larger than %d bits".formatted(part, bits));
    }

    void skip(long count) throws RefusedModuleException {
        if (count > left()) {
            throw ended();
        }
        position += (int) count;
    }

    /// A declared number of entries, each of which takes at least one byte.
    int count(String things, int max) throws RefusedModuleException {
        long count = u32();
        if (count > max) {
            throw new RefusedModuleException(
                    "invalid-module",
                    "module declares %d %s, at most %d".formatted(count, things, max));
        }
        if (count > left()) {
            throw new RefusedModuleException(
                    "invalid-module",
                    "module declares %d %s, but only %d bytes are left in the %s"
                            .formatted(count, things, left(), part));
        }
        return (int) count;
    }

    /// A name: UTF-8, bounded.
    String name() throws RefusedModuleException {
        int length = count("bytes of a name", ScanLimits.NAME_BYTES_MAX);
        try {
            String name =
                    UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, position, length)).toString();
            position += length;
            return name;
        } catch (CharacterCodingException e) {
            throw invalid("a name in the %s is not UTF-8".formatted(part));
        }
    }

    RefusedModuleException invalid(String message) {
        return new RefusedModuleException(
                "invalid-module", "%s (at byte %d)".formatted(message, position));
    }

    private RefusedModuleException ended() {
        return new RefusedModuleException(
                "truncated",
                "module ends in the middle of the %s, at byte %d".formatted(part, position));
    }
}

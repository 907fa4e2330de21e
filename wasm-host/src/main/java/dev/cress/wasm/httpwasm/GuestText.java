package dev.cress.wasm.httpwasm;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.cress.wasm.memory.GuestMemory;

import java.util.List;

/// Text on its way in and out of a guest's memory: ISO 8859-1, so that each byte of a header is a
/// character, as it came from the client and as it goes to it.
final class GuestText {
    private GuestText() {}

    /// What a guest wrote. Lengths are unsigned, and beyond the limit nothing is allocated.
    ///
    /// @param what the name of it, for messages
    static String read(GuestMemory memory, long at, long length, int bytesMax, String what) {
        long bytes = Integer.toUnsignedLong((int) length);
        if (bytes > bytesMax) {
            throw Rules.broken("%s is %d bytes, at most %d".formatted(what, bytes, bytesMax));
        }
        return new String(memory.readBytes((int) at, (int) bytes), ISO_8859_1);
    }

    /// Writes text if it is no longer than the guest's limit; returns its length either way, so
    /// that the guest may ask again with more room.
    static int write(GuestMemory memory, long at, long limit, byte[] text) {
        if (text.length > 0 && text.length <= Integer.toUnsignedLong((int) limit)) {
            memory.write((int) at, text);
        }
        return text.length;
    }

    static int write(GuestMemory memory, long at, long limit, String text) {
        return write(memory, at, limit, text.getBytes(ISO_8859_1));
    }

    /// The same with several, each ended by NUL: the number of them in the upper half, of the bytes
    /// in the lower.
    static long write(GuestMemory memory, long at, long limit, List<String> texts) {
        var all = new StringBuilder();
        for (String text : texts) {
            all.append(text).append('\0');
        }
        return (long) texts.size() << 32 | write(memory, at, limit, all.toString());
    }
}

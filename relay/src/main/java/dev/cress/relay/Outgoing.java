package dev.cress.relay;

import io.vertx.core.buffer.Buffer;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;

/// A message for any number of nodes, whose bytes are made once. For one thread.
final class Outgoing {
    private final String text;
    private final int length;
    private @Nullable Buffer bytes;

    Outgoing(String text) {
        this.text = text;
        length = length(text);
    }

    /// Bytes of UTF-8, counted without making them.
    static int length(String text) {
        int count = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            // half of a pair is two of its four bytes
            count += c < 0x80 ? 1 : c < 0x800 || Character.isSurrogate(c) ? 2 : 3;
        }
        return count;
    }

    String text() {
        return text;
    }

    /// Its first character.
    String first() {
        return text.substring(0, Character.charCount(text.codePointAt(0)));
    }

    /// In bytes.
    int length() {
        return length;
    }

    /// A part of its bytes.
    Buffer bytes(int from, int to) {
        Buffer made = bytes;
        if (made == null) {
            made = Buffer.buffer(text.getBytes(StandardCharsets.UTF_8));
            bytes = made;
        }
        return made.slice(from, to);
    }
}

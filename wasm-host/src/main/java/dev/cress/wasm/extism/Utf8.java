package dev.cress.wasm.extism;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;

/// Text of a guest's.
final class Utf8 {
    private Utf8() {}

    /// The text that these bytes are, if they are one.
    static String text(byte[] bytes) throws CharacterCodingException {
        return UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    }
}

package dev.cress.contract;

import com.fasterxml.jackson.core.JsonProcessingException;

import java.util.Objects;
import java.util.Optional;

/// A [ControlFrame] and who vouches for it, as one message of two lines: the signature as JSON,
/// then the frame, signed byte for byte as it stands there. A frame alone has one line.
///
/// @param key the id of the key that signed it
/// @param signature Ed25519 (RFC 8032), in base64
/// @param frame its JSON
public record SignedFrame(String key, String signature, String frame) {
    /// Characters of the first line.
    private static final int HEAD_LENGTH_MAX = 1 << 10;

    /// How a signature begins, and no frame does.
    private static final String BEGIN = "{\"key\":";

    private record Head(String key, String signature) {}

    public SignedFrame {
        Objects.requireNonNull(key, "key");
        Objects.requireNonNull(signature, "signature");
    }

    /// The message.
    public String text() {
        return Json.write(new Head(key, signature)) + "\n" + frame;
    }

    /// What a message says, if it is a signed frame.
    public static Optional<SignedFrame> parse(String text) throws JsonProcessingException {
        int end = text.startsWith(BEGIN) ? text.indexOf('\n') : -1;
        if (end < 0 || end > HEAD_LENGTH_MAX) {
            return Optional.empty();
        }
        Head head = Json.LENIENT.readValue(text.substring(0, end), Head.class);
        return Optional.of(new SignedFrame(head.key, head.signature, text.substring(end + 1)));
    }
}

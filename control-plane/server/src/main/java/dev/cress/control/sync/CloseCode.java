package dev.cress.control.sync;

/// Why a session ended, as the WebSocket close code tells the peer. Those of 4400 and up mirror
/// HTTP's statuses.
enum CloseCode {
    GOING_AWAY(1001),
    BAD_FRAME(4400),
    REVOKED(4401),
    OTHER_IDENTITY(4403),
    OTHER_PROTOCOL(4406),
    SILENT(4408),
    FENCED(4409),
    TOO_MANY(4429);

    private static final int REASON_BYTES_MAX = 123;

    private final short code;

    CloseCode(int code) {
        this.code = (short) code;
    }

    short code() {
        return code;
    }

    /// These words as far as they fit into a close frame: 123 bytes of UTF-8 (RFC 6455 §5.5).
    static String reason(String words) {
        String ascii = words.replaceAll("[^ -~]", "?");
        return ascii.length() <= REASON_BYTES_MAX ? ascii : ascii.substring(0, REASON_BYTES_MAX);
    }
}

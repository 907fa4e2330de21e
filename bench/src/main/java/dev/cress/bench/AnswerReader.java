package dev.cress.bench;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

/// Cuts what comes from a connection into HTTP/1.1 answers with a `content-length`, and keeps no
/// more of them than their status. Used by one thread.
final class AnswerReader {
    private static final int HEAD_BYTES_MAX = 64 * 1024;
    private static final int STATUS_AT = "HTTP/1.1 ".length();
    private static final int END = '\r' << 24 | '\n' << 16 | '\r' << 8 | '\n';
    private static final String LENGTH = "\r\ncontent-length: ";

    private final byte[] head = new byte[HEAD_BYTES_MAX];
    private int headBytes;
    private int lastFour;
    private int bodyLeft;
    private int status;

    /// Returns how many answers ended with these bytes.
    int read(byte[] bytes, int count) {
        int ended = 0;
        int at = 0;
        while (at < count) {
            if (bodyLeft > 0) {
                int some = Math.min(bodyLeft, count - at);
                bodyLeft -= some;
                at += some;
                ended += bodyLeft == 0 ? 1 : 0;
            } else {
                byte next = bytes[at++];
                head[headBytes++] = next;
                lastFour = (lastFour << 8) | (next & 0xff);
                if (lastFour == END) {
                    endHead();
                    ended += bodyLeft == 0 ? 1 : 0;
                }
            }
        }
        return ended;
    }

    /// Of the last answer.
    int status() {
        return status;
    }

    private void endHead() {
        String text =
                new String(head, 0, headBytes, StandardCharsets.ISO_8859_1)
                        .toLowerCase(Locale.ROOT);
        headBytes = 0;
        lastFour = 0;
        int at = text.indexOf(LENGTH);
        if (at < 0) {
            throw new IllegalStateException("an answer without content-length: " + text);
        }
        int start = at + LENGTH.length();
        status = Integer.parseInt(text.substring(STATUS_AT, STATUS_AT + 3));
        bodyLeft = Integer.parseInt(text.substring(start, text.indexOf('\r', start)));
    }
}

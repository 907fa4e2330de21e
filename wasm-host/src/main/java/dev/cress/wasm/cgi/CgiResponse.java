package dev.cress.wasm.cgi;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.cress.wasm.guest.Outcome;
import dev.cress.wasm.host.ResponseWriter;
import dev.cress.wasm.stop.GuestEnded;

import java.io.ByteArrayOutputStream;

/// A guest's standard output on its way to the client: gathers the head (RFC 3875 §6) up to its
/// blank line, then passes the body on as it comes, counting.
final class CgiResponse {
    private final ResponseWriter writer;
    private final ByteArrayOutputStream head = new ByteArrayOutputStream(256);
    private boolean lineIsBlank = true;

    CgiResponse(ResponseWriter writer) {
        this.writer = writer;
    }

    /// The next bytes of output. Throws [GuestEnded] when they break the rules or a limit.
    void write(byte[] output, int length) {
        int from = writer.isHeadSent() ? 0 : gatherHead(output, length);
        if (writer.isHeadSent()) {
            writer.body(output, from, length - from);
        }
    }

    /// The guest ended well: its head must have been whole.
    void end() {
        if (writer.isHeadSent()) {
            return;
        }
        String reason =
                head.size() == 0
                        ? "guest wrote nothing: expected header lines, a blank line, the body"
                        : "guest ended within its header lines: a blank line must end them";
        throw new GuestEnded(new Outcome.BrokeProtocol(reason));
    }

    /// Takes bytes up to the blank line; returns how many it took.
    private int gatherHead(byte[] output, int length) {
        for (int i = 0; i < length; i++) {
            byte b = output[i];
            head.write(b);
            writer.requireHeadWithin(head.size());
            if (b == '\n') {
                if (lineIsBlank) {
                    sendHead();
                    return i + 1;
                }
                lineIsBlank = true;
            } else if (b != '\r') {
                lineIsBlank = false;
            }
        }
        return length;
    }

    private void sendHead() {
        writer.head(CgiHead.parse(head.toString(ISO_8859_1)));
        head.reset();
    }
}

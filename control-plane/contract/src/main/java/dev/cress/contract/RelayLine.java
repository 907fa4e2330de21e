package dev.cress.contract;

import java.util.ArrayList;
import java.util.List;

/// One frame on its way from a relay to the control plane. A message has any number of them, one a
/// line, in the order in which they came: `7 {"type":"ack","revision":12}`.
///
/// @param session the node's as the relay numbered it, 0 for a [RelayFrame] of the relay itself
/// @param frame JSON as the node sent it
public record RelayLine(int session, String frame) {
    /// Characters that a line has more than its frame.
    public static final int EXTRA_MAX = 12;

    private static final int NUMBER_LENGTH_MAX = 10;

    /// A line break in JSON stands between its tokens or makes it wrong: a space does the same.
    public RelayLine {
        frame = frame.replace('\n', ' ');
    }

    /// One of the relay itself.
    public static RelayLine of(RelayFrame frame) {
        return new RelayLine(0, Json.write(frame));
    }

    /// The line, with its end.
    public String text() {
        return session + " " + frame + "\n";
    }

    /// The lines of a message.
    public static List<RelayLine> parse(String message) {
        var lines = new ArrayList<RelayLine>();
        int from = 0;
        while (from < message.length()) {
            int end = message.indexOf('\n', from);
            int space = message.indexOf(' ', from);
            if (end < 0 || space < 0 || space > end || space - from > NUMBER_LENGTH_MAX) {
                throw invalid();
            }
            lines.add(
                    new RelayLine(
                            number(message.substring(from, space)),
                            message.substring(space + 1, end)));
            from = end + 1;
        }
        return lines;
    }

    private static int number(String text) {
        try {
            return Integer.parseUnsignedInt(text);
        } catch (NumberFormatException e) {
            throw new ContractException("invalid-line", "'%s' is no session".formatted(text));
        }
    }

    private static ContractException invalid() {
        return new ContractException(
                "invalid-line", "a line of a relay is a session's number, a space and a frame");
    }
}

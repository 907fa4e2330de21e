package dev.cress.contract;

import java.util.BitSet;

/// A message on its way from the control plane to nodes behind a relay, which travels there once
/// for all of them: a line that says for which sessions it is, `3,7-500`, then the message as each
/// node gets it.
///
/// @param to sessions as the relay numbered them; 0 alone for a [RelayOrder] to the relay itself
public record Envelope(BitSet to, String message) {
    /// The highest number of a session: a relay that needs a higher one connects anew.
    public static final int SESSION_MAX = 1 << 20;

    public Envelope {
        to = (BitSet) to.clone();
    }

    /// One for the relay itself.
    public static Envelope of(RelayOrder order) {
        var relay = new BitSet();
        relay.set(0);
        return new Envelope(relay, Json.write(order));
    }

    @Override
    public BitSet to() {
        return (BitSet) to.clone();
    }

    /// The whole.
    public String text() {
        var head = new StringBuilder();
        for (int first = to.nextSetBit(0); first >= 0; ) {
            int last = to.nextClearBit(first) - 1;
            head.append(head.isEmpty() ? "" : ",").append(first);
            if (last > first) {
                head.append('-').append(last);
            }
            first = to.nextSetBit(last + 1);
        }
        return head.append('\n').append(message).toString();
    }

    /// What a text says.
    public static Envelope parse(String text) {
        int end = text.indexOf('\n');
        if (end < 0) {
            throw invalid("it has one line");
        }
        var to = new BitSet();
        for (String part : text.substring(0, end).split(",", -1)) {
            int dash = part.indexOf('-');
            int first = number(dash < 0 ? part : part.substring(0, dash));
            int last = dash < 0 ? first : number(part.substring(dash + 1));
            if (last < first) {
                throw invalid("'%s' is no range".formatted(part));
            }
            to.set(first, last + 1);
        }
        return new Envelope(to, text.substring(end + 1));
    }

    private static int number(String text) {
        try {
            int number = Integer.parseUnsignedInt(text);
            if (number >= 0 && number <= SESSION_MAX) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw invalid("'%s' is no session".formatted(text));
        }
        throw invalid("session %s, at most %d".formatted(text, SESSION_MAX));
    }

    private static ContractException invalid(String why) {
        return new ContractException("invalid-envelope", "an envelope can't be read: " + why);
    }
}

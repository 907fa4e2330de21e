package dev.cress.wasm.guest;

/// Text of a guest's, made fit for a message, a log or a terminal: one line, printable, short.
public final class Shown {
    private static final int CHARACTERS_MAX = 100;

    private Shown() {}

    /// The text, cut at 100 characters, with a dot for each character that is not printable ASCII.
    public static String of(String text) {
        var shown = new StringBuilder();
        text.chars()
                .limit(CHARACTERS_MAX)
                .forEach(c -> shown.append(c >= ' ' && c < 0x7f ? (char) c : '.'));
        return text.length() > CHARACTERS_MAX ? shown.append('…').toString() : shown.toString();
    }
}

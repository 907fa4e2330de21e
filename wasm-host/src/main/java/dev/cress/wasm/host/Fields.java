package dev.cress.wasm.host;

/// Header fields as guests give them: hostile until checked.
public final class Fields {
    /// What a field takes at least besides its name and value: `:` and the end of its line.
    public static final int OVERHEAD_BYTES = 2;

    /// What a token may have besides letters and digits (RFC 9110 §5.6.2).
    private static final String TOKEN_MARKS = "!#$%&'*+-.^_`|~";

    private static final char BYTE_MAX = 0xff;

    private Fields() {}

    /// Whether this can be a field's name: a token.
    public static boolean isName(String name) {
        for (int i = 0; i < name.length(); i++) {
            if (!isOfToken(name.charAt(i))) {
                return false;
            }
        }
        return !name.isEmpty();
    }

    private static boolean isOfToken(char c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || TOKEN_MARKS.indexOf(c) >= 0;
    }

    /// Whether this can be a field's value: no control characters but tabs, above all no CR, LF or
    /// NUL, with which a guest would write lines of its own, and none that is no byte: cut to one,
    /// U+010A is an LF (RFC 9110 §5.5).
    public static boolean isValue(String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c != '\t' && (c < ' ' || c == 0x7f || c > BYTE_MAX)) {
                return false;
            }
        }
        return true;
    }
}

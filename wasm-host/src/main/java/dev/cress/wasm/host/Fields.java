package dev.cress.wasm.host;

import java.util.regex.Pattern;

/// Header fields as guests give them: hostile until checked.
public final class Fields {
    /// What a field takes at least besides its name and value: `:` and the end of its line.
    public static final int OVERHEAD_BYTES = 2;

    /// A field name is a token (RFC 9110 §5.6.2).
    private static final Pattern NAME = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");

    private Fields() {}

    /// Whether this can be a field's name.
    public static boolean isName(String name) {
        return NAME.matcher(name).matches();
    }

    /// Whether this can be a field's value: no control characters but tabs, above all no CR, LF or
    /// NUL, with which a guest would write lines of its own (RFC 9110 §5.5).
    public static boolean isValue(String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c != '\t' && (c < ' ' || c == 0x7f)) {
                return false;
            }
        }
        return true;
    }
}

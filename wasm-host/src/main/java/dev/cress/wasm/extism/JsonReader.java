package dev.cress.wasm.extism;

import org.jspecify.annotations.Nullable;

import java.util.HexFormat;

/// Reads one JSON text (RFC 8259) from its beginning on: as much of it as a plug-in's requests
/// need, without a library, whose classes would have to be loaded before any guest's run. It never
/// reads past the text and never goes deeper than [#DEPTH_MAX].
final class JsonReader {
    static final int DEPTH_MAX = 32;

    private final String text;
    private int at;

    JsonReader(String text) {
        this.text = text;
    }

    /// What is wrong with a text.
    static final class JsonException extends Exception {
        private static final long serialVersionUID = 1;

        JsonException(String message) {
            super(message, null, false, false);
        }
    }

    /// Enters an object; whether it has a member.
    boolean beginObject() throws JsonException {
        expect('{');
        return !taken('}');
    }

    /// After a member's value: whether there is another.
    boolean nextMember() throws JsonException {
        if (taken('}')) {
            return false;
        }
        expect(',');
        return true;
    }

    /// A member's name; its value follows.
    String name() throws JsonException {
        String name = string();
        expect(':');
        return name;
    }

    @Nullable String stringOrNull() throws JsonException {
        blanks();
        if (text.startsWith("null", at)) {
            at += 4;
            return null;
        }
        return string();
    }

    String string() throws JsonException {
        expect('"');
        var value = new StringBuilder();
        while (true) {
            char c = next();
            if (c == '"') {
                return value.toString();
            }
            if (c < ' ') {
                throw wrong();
            }
            value.append(c == '\\' ? escaped() : c);
        }
    }

    private char escaped() throws JsonException {
        char c = next();
        return switch (c) {
            case '"', '\\', '/' -> c;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> (char) (hex() << 12 | hex() << 8 | hex() << 4 | hex());
            default -> throw wrong();
        };
    }

    private int hex() throws JsonException {
        char c = next();
        if (!HexFormat.isHexDigit(c)) {
            throw wrong();
        }
        return HexFormat.fromHexDigit(c);
    }

    /// Passes over a value of any kind.
    void skip() throws JsonException {
        skip(0);
    }

    private void skip(int depth) throws JsonException {
        if (depth > DEPTH_MAX) {
            throw new JsonException("a request nested too deeply");
        }
        blanks();
        char c = at < text.length() ? text.charAt(at) : 0;
        if (c == '"') {
            string();
        } else if (c == '{') {
            for (boolean more = beginObject(); more; more = nextMember()) {
                name();
                skip(depth + 1);
            }
        } else if (c == '[') {
            at++;
            for (boolean more = !taken(']'); more; more = nextElement()) {
                skip(depth + 1);
            }
        } else {
            word();
        }
    }

    private boolean nextElement() throws JsonException {
        if (taken(']')) {
            return false;
        }
        expect(',');
        return true;
    }

    /// A number, or one of three words: of no use here, so not looked at closely.
    private void word() throws JsonException {
        int from = at;
        while (at < text.length() && isOfWord(text.charAt(at))) {
            at++;
        }
        if (at == from) {
            throw wrong();
        }
    }

    private static boolean isOfWord(char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || "+-.E".indexOf(c) >= 0;
    }

    /// Nothing may follow.
    void end() throws JsonException {
        blanks();
        if (at < text.length()) {
            throw wrong();
        }
    }

    private void blanks() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private boolean taken(char wanted) {
        blanks();
        boolean is = at < text.length() && text.charAt(at) == wanted;
        at += is ? 1 : 0;
        return is;
    }

    private void expect(char wanted) throws JsonException {
        if (!taken(wanted)) {
            throw wrong();
        }
    }

    private char next() throws JsonException {
        if (at >= text.length()) {
            throw wrong();
        }
        return text.charAt(at++);
    }

    private JsonException wrong() {
        return new JsonException(
                "a request that is not the JSON it should be, at character %d".formatted(at));
    }
}

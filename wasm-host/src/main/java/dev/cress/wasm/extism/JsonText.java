package dev.cress.wasm.extism;

import java.util.List;
import java.util.Map;

/// Writes a JSON object of strings (RFC 8259).
final class JsonText {
    private JsonText() {}

    /// @param members the parts of each value, which are joined by commas
    static String object(Map<String, List<String>> members) {
        var text = new StringBuilder("{");
        for (var member : members.entrySet()) {
            if (text.length() > 1) {
                text.append(',');
            }
            string(text, member.getKey());
            text.append(':');
            string(text, String.join(", ", member.getValue()));
        }
        return text.append('}').toString();
    }

    private static void string(StringBuilder text, String value) {
        text.append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '"' || c == '\\') {
                text.append('\\').append(c);
            } else if (c < ' ') {
                text.append("\\u00").append(Character.forDigit(c >> 4, 16));
                text.append(Character.forDigit(c & 0xf, 16));
            } else {
                text.append(c);
            }
        }
        text.append('"');
    }
}

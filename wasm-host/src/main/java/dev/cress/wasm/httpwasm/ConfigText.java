package dev.cress.wasm.httpwasm;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Map;
import java.util.TreeMap;

/// What a version's manifest declares as its config, as a JSON object (RFC 8259): the ABI leaves
/// the form to the guest, and guests made for other hosts read JSON.
final class ConfigText {
    private ConfigText() {}

    /// In the order of the names, in UTF-8; nothing at all where nothing is declared.
    static byte[] of(Map<String, String> config) {
        if (config.isEmpty()) {
            return new byte[0];
        }
        var text = new StringBuilder();
        new TreeMap<>(config)
                .forEach(
                        (name, value) -> {
                            text.append(text.isEmpty() ? '{' : ',');
                            string(text, name);
                            text.append(':');
                            string(text, value);
                        });
        return text.append('}').toString().getBytes(UTF_8);
    }

    private static void string(StringBuilder text, String value) {
        text.append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '"' || c == '\\') {
                text.append('\\').append(c);
            } else if (c < ' ') {
                text.append("\\u00%02x".formatted((int) c));
            } else {
                text.append(c);
            }
        }
        text.append('"');
    }
}

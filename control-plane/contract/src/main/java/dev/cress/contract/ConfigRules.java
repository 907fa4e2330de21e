package dev.cress.contract;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.regex.Pattern;

/// What a config may hold: it is the environment of a guest.
final class ConfigRules {
    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

    private ConfigRules() {}

    static void check(String what, Map<String, String> config) {
        int bytes = 0;
        for (var entry : config.entrySet()) {
            String name = entry.getKey();
            if (!NAME.matcher(name).matches()) {
                throw refused("%s name '%s' must be letters, digits and '_'".formatted(what, name));
            }
            if (entry.getValue().indexOf('\0') >= 0) {
                throw refused("%s value of '%s' has a NUL".formatted(what, name));
            }
            bytes += name.length() + entry.getValue().getBytes(StandardCharsets.UTF_8).length;
        }
        if (bytes > Manifest.CONFIG_BYTES_MAX) {
            throw refused(
                    "%s has %d bytes, at most %d"
                            .formatted(what, bytes, Manifest.CONFIG_BYTES_MAX));
        }
    }

    private static ContractException refused(String message) {
        return new ContractException("invalid-manifest", message);
    }
}

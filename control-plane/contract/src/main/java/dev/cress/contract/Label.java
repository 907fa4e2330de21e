package dev.cress.contract;

import java.util.regex.Pattern;

/// The rule for names that become part of a host.
enum Label {
    ;

    private static final Pattern LABEL = Pattern.compile("[a-z]([a-z0-9-]*[a-z0-9])?");

    /// @param what the text is, for who has to mend it
    static void check(String code, String what, String text, int lengthMax) {
        if (text.length() > lengthMax) {
            throw new ContractException(
                    code,
                    "%s has %d characters, at most %d: %s…"
                            .formatted(
                                    what, text.length(), lengthMax, text.substring(0, lengthMax)));
        }
        if (!LABEL.matcher(text).matches() || text.contains("--")) {
            throw new ContractException(
                    code,
                    "%s '%s' is not a DNS label: use a-z, 0-9 and single '-', starting with a letter"
                            .formatted(what, text));
        }
    }
}

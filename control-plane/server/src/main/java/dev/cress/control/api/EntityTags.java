package dev.cress.control.api;

import dev.cress.contract.Sha256;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Strong entity tags (RFC 9110 §8.8.3): each is the digest of the text that it stands for, so it
/// holds whatever server answers, and after a restore.
enum EntityTags {
    ;

    /// Hex digits of the digest: no two texts of a function share them by chance.
    private static final int DIGITS = 32;

    static String of(String text) {
        String digest = Sha256.of(text.getBytes(StandardCharsets.UTF_8)).hex();
        return '"' + digest.substring(0, DIGITS) + '"';
    }

    /// Whether an `if-none-match` has this tag. A proxy that compressed an answer may have made its
    /// tag a weak one (§13.1.2 compares them weakly).
    static boolean match(String condition, String tag) {
        return Arrays.stream(condition.split(",", -1))
                .map(String::strip)
                .map(each -> each.startsWith("W/") ? each.substring(2) : each)
                .anyMatch(each -> each.equals("*") || each.equals(tag));
    }
}

package dev.cress.control.store;

import dev.cress.contract.Sha256;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Strong entity tags (RFC 9110 §8.8.3): each is the digest of the text that it stands for, so it
/// is the same on every server and after a restore, and another as soon as the text is.
public enum EntityTags {
    ;

    /// Hex digits of the digest: no two texts share them by chance.
    private static final int DIGITS = 32;

    /// The tag of this text.
    public static String of(String text) {
        String digest = Sha256.of(text.getBytes(StandardCharsets.UTF_8)).hex();
        return '"' + digest.substring(0, DIGITS) + '"';
    }

    /// Whether an `if-match` has this tag (§13.1.1: weak ones never do).
    static boolean match(String condition, String tag) {
        return Arrays.stream(condition.split(",", -1))
                .map(String::strip)
                .anyMatch(each -> each.equals("*") || each.equals(tag));
    }

    /// Whether an `if-none-match` has this tag. A proxy that compressed an answer may have made its
    /// tag a weak one (§13.1.2).
    public static boolean matchWeakly(String condition, String tag) {
        return match(condition.replace("W/\"", "\""), tag);
    }
}

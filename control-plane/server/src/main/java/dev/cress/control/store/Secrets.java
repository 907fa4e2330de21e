package dev.cress.control.store;

import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;

/// Fresh random words.
public enum Secrets {
    ;

    /// This many random bytes in hex.
    public static String hex(int bytes) {
        return HexFormat.of().formatHex(random(bytes));
    }

    /// This many random bytes in URL-safe base64 without padding: 43 characters for 32.
    public static String base64(int bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(random(bytes));
    }

    private static byte[] random(int bytes) {
        byte[] random = new byte[bytes];
        new SecureRandom().nextBytes(random);
        return random;
    }
}

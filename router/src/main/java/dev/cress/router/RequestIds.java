package dev.cress.router;

import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;

/// Names requests: UUIDs of version 7 (RFC 9562), so that they sort by time. Unique, not secret.
enum RequestIds {
    ;

    private static final int LENGTH_MAX = 128;

    static String fresh() {
        var random = ThreadLocalRandom.current();
        long high = (System.currentTimeMillis() << 16) | 0x7000 | (random.nextLong() & 0x0fff);
        long low = (random.nextLong() >>> 2) | 0x8000_0000_0000_0000L;
        return new UUID(high, low).toString();
    }

    /// Whether a peer's own may stand in logs and headers: 1 to 128 visible ASCII characters.
    static boolean acceptable(String id) {
        return !id.isEmpty()
                && id.length() <= LENGTH_MAX
                && id.chars().allMatch(c -> c > ' ' && c < 0x7f);
    }
}

package dev.cress.node.serve;

import java.util.Locale;
import java.util.Set;

/// Which headers are a guest's to set and to see.
final class HeaderRules {
    /// Hop-by-hop (RFC 9110 §7.6.1), and what only the node may say.
    private static final Set<String> OURS =
            Set.of(
                    "connection",
                    "keep-alive",
                    "proxy-connection",
                    "proxy-authenticate",
                    "proxy-authorization",
                    "proxy-status",
                    "server-timing",
                    "te",
                    "trailer",
                    "transfer-encoding",
                    "upgrade",
                    "x-request-id");

    private static final Set<String> HOP_BY_HOP =
            Set.of(
                    "connection",
                    "keep-alive",
                    "proxy-connection",
                    "te",
                    "trailer",
                    "transfer-encoding",
                    "upgrade");

    private static final String OUR_PREFIX = "x-cress-";

    private HeaderRules() {}

    /// Whether a guest's answer may carry this header.
    static boolean guestMaySet(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return !OURS.contains(lower) && !lower.startsWith(OUR_PREFIX);
    }

    /// Whether a guest sees this header of its request.
    static boolean guestMaySee(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return !HOP_BY_HOP.contains(lower) && !lower.startsWith(OUR_PREFIX);
    }
}

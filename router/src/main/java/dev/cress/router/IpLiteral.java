package dev.cress.router;

import java.net.InetAddress;
import java.util.Optional;
import java.util.regex.Pattern;

/// Reads addresses that are written out. Never asks DNS: what it reads comes from strangers.
enum IpLiteral {
    ;

    /// The JDK also takes `1`, `1.2` and `1.2.3` for addresses; nobody who forwards one writes so.
    private static final Pattern QUAD = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");

    private static final int LENGTH_MAX = 45;

    /// An address, an IPv4 one in IPv6 as IPv4; nothing for anything else, a zone included.
    static Optional<InetAddress> parse(String text) {
        boolean v6 = text.indexOf(':') >= 0;
        if (text.length() > LENGTH_MAX
                || text.indexOf('%') >= 0
                || (!v6 && !QUAD.matcher(text).matches())) {
            return Optional.empty();
        }
        try {
            return Optional.of(InetAddress.ofLiteral(text));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}

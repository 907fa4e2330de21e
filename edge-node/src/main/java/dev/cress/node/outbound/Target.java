package dev.cress.node.outbound;

import dev.cress.contract.Origin;
import dev.cress.wasm.guest.OutboundException;
import dev.cress.wasm.guest.OutboundException.Reason;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Where a guest's request goes. What two programs could read differently is refused: user names,
/// addresses in odd spellings, characters that belong percent-encoded.
///
/// @param scheme `http` or `https`
/// @param host in lower case; an IPv6 address in brackets
/// @param path with its query, as it goes into the request line
record Target(String scheme, String host, int port, String path) {
    private static final Pattern URL =
            Pattern.compile(
                    "(?i)(https?)://([^/?#:\\[]*|\\[[0-9a-f:.]*])(?::([0-9]{1,5}))?([/?][^#]*)?"
                            + "(?:#.*)?");

    private static final Pattern NAME =
            Pattern.compile("(?=.{1,253}$)[a-z0-9_-]{1,63}(?:\\.[a-z0-9_-]{1,63})*");

    /// What ends in a number is an address to some resolvers (WHATWG URL §3.5): `127.1`, `0x7f.1`,
    /// `2130706433`.
    private static final Pattern ENDS_IN_NUMBER =
            Pattern.compile("(?:.*\\.)?(?:[0-9]+|0x[0-9a-f]*)");

    private static final Pattern IPV4 =
            Pattern.compile("(?:(?:0|[1-9][0-9]{0,2})\\.){3}(?:0|[1-9][0-9]{0,2})");

    private static final int HTTP_PORT = 80;
    private static final int HTTPS_PORT = 443;
    private static final int PORT_MAX = 65_535;

    /// @param url absolute
    static Target of(String url) throws OutboundException {
        Matcher parts = URL.matcher(url);
        if (!parts.matches()) {
            throw invalid("the URL is not like https://HOST[:PORT]/PATH");
        }
        String scheme = parts.group(1).toLowerCase(Locale.ROOT);
        String host = parts.group(2).toLowerCase(Locale.ROOT);
        int usual = scheme.equals("https") ? HTTPS_PORT : HTTP_PORT;
        int port = parts.group(3) == null ? usual : Integer.parseInt(parts.group(3));
        if (port < 1 || port > PORT_MAX) {
            throw invalid("the URL's port is %d: from 1 to %d".formatted(port, PORT_MAX));
        }
        String path = parts.group(4) == null ? "/" : parts.group(4);
        if (!path.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
            throw invalid("the URL has characters that must be percent-encoded");
        }
        var target = new Target(scheme, host, port, path.startsWith("?") ? "/" + path : path);
        if (target.literal().isEmpty() && !NAME.matcher(host).matches()) {
            throw invalid("the URL's host is neither a DNS name nor an address");
        }
        return target;
    }

    /// The address, if the host is one.
    Optional<InetAddress> literal() throws OutboundException {
        boolean ipv6 = host.startsWith("[");
        if (!ipv6 && !ENDS_IN_NUMBER.matcher(host).matches()) {
            return Optional.empty();
        }
        try {
            if (ipv6) {
                return Optional.of(Inet6Address.ofLiteral(host.substring(1, host.length() - 1)));
            }
            if (IPV4.matcher(host).matches()) {
                return Optional.of(Inet4Address.ofLiteral(host));
            }
        } catch (IllegalArgumentException e) {
            throw invalid("the URL's host is no address: " + e.getMessage());
        }
        throw invalid("the URL's host is an address, but not four decimal numbers");
    }

    private static OutboundException invalid(String why) {
        return new OutboundException(Reason.INVALID, why);
    }

    boolean isTls() {
        return scheme.equals("https");
    }

    boolean isCovered(List<Origin> granted) {
        return granted.stream().anyMatch(origin -> origin.covers(scheme, host, port));
    }

    /// As manifests write it.
    String origin() {
        boolean usual = port == (isTls() ? HTTPS_PORT : HTTP_PORT);
        return scheme + "://" + host + (usual ? "" : ":" + port);
    }
}

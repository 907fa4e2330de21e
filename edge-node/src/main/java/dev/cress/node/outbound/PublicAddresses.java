package dev.cress.node.outbound;

import dev.cress.node.config.AddressRange;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// Which addresses are public: all but those of the IANA special-purpose address registries (RFC
/// 6890 and its successors) that aren't globally reachable. In IPv6 only what is assigned as
/// global unicast is, and an IPv4 address inside an IPv6 one is judged as itself.
final class PublicAddresses {
    private static final List<Kind> IPV4 =
            List.of(
                    new Kind("0.0.0.0/8", "this network"),
                    new Kind("10.0.0.0/8", "private"),
                    new Kind("100.64.0.0/10", "shared (carrier-grade NAT)"),
                    new Kind("127.0.0.0/8", "loopback"),
                    new Kind("169.254.0.0/16", "link-local"),
                    new Kind("172.16.0.0/12", "private"),
                    new Kind("192.0.0.0/24", "protocol assignments"),
                    new Kind("192.0.2.0/24", "documentation"),
                    new Kind("192.88.99.0/24", "6to4 relays"),
                    new Kind("192.168.0.0/16", "private"),
                    new Kind("198.18.0.0/15", "benchmarking"),
                    new Kind("198.51.100.0/24", "documentation"),
                    new Kind("203.0.113.0/24", "documentation"),
                    new Kind("224.0.0.0/4", "multicast"),
                    new Kind("240.0.0.0/4", "reserved"));

    private static final List<Kind> IPV6 =
            List.of(
                    new Kind("::1", "loopback"),
                    new Kind("::/96", "unspecified or IPv4-compatible"),
                    new Kind("fe80::/10", "link-local"),
                    new Kind("fc00::/7", "private (unique local)"),
                    new Kind("ff00::/8", "multicast"),
                    new Kind("2001::/23", "protocol assignments"),
                    new Kind("2001:db8::/32", "documentation"),
                    new Kind("3fff::/20", "documentation"));

    private static final AddressRange GLOBAL_UNICAST = AddressRange.of("2000::/3");

    /// RFC 3056: the IPv4 address follows the prefix.
    private static final AddressRange SIX_TO_FOUR = AddressRange.of("2002::/16");

    /// RFC 6052: the IPv4 address follows the prefix. Where there is DNS64 (RFC 6147), hosts that
    /// have only IPv4 are reached by it.
    private static final AddressRange NAT64 = AddressRange.of("64:ff9b::/96");

    private PublicAddresses() {}

    private record Kind(AddressRange range, String name) {
        Kind(String range, String name) {
            this(AddressRange.of(range), name);
        }
    }

    /// What the address is, unless it is public.
    static Optional<String> refusal(InetAddress address) {
        InetAddress judged = unmapped(address);
        if (judged instanceof Inet4Address) {
            return among(IPV4, judged);
        }
        if (NAT64.contains(judged)) {
            return refusal(embedded(judged, 12));
        }
        if (SIX_TO_FOUR.contains(judged)) {
            return refusal(embedded(judged, 2));
        }
        return among(IPV6, judged)
                .or(
                        () ->
                                GLOBAL_UNICAST.contains(judged)
                                        ? Optional.empty()
                                        : Optional.of("not global unicast"));
    }

    private static Optional<String> among(List<Kind> kinds, InetAddress address) {
        return kinds.stream()
                .filter(kind -> kind.range.contains(address))
                .map(Kind::name)
                .findFirst();
    }

    /// Makes an IPv4 address of an IPv4-mapped one.
    private static InetAddress unmapped(InetAddress address) {
        return of(address.getAddress());
    }

    private static InetAddress embedded(InetAddress address, int offset) {
        return of(Arrays.copyOfRange(address.getAddress(), offset, offset + 4));
    }

    private static InetAddress of(byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }
}

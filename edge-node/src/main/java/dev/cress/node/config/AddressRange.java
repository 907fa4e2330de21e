package dev.cress.node.config;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;

/// A block of addresses (CIDR, RFC 4632 and RFC 4291 §2.3). IPv4 addresses are held as the
/// IPv4-mapped IPv6 addresses that they are (RFC 4291 §2.5.5.2), so that both spellings are one.
///
/// @param high the prefix's first 64 bits
/// @param low its last 64 bits
/// @param bits how many of the 128 count
public record AddressRange(long high, long low, int bits) {
    private static final int BITS = 128;
    private static final int IPV4_BITS = 32;
    private static final long MAPPED = 0xffffL << IPV4_BITS;

    public AddressRange {
        if (bits < 0
                || bits > BITS
                || (high & ~mask(bits)) != 0
                || (low & ~mask(bits - Long.SIZE)) != 0) {
            throw new NodeException("an address range has bits beyond its first " + bits);
        }
    }

    /// Reads `10.0.0.0/8`, `fd00::/8`, or one address.
    public static AddressRange of(String text) {
        int slash = text.indexOf('/');
        String address = slash < 0 ? text : text.substring(0, slash);
        String bits = slash < 0 ? "" : text.substring(slash + 1);
        if (slash >= 0 && !bits.matches("[0-9]{1,3}")) {
            throw unreadable(text, "it has no number of bits");
        }
        try {
            InetAddress first = InetAddress.ofLiteral(address);
            int all = first instanceof Inet4Address ? IPV4_BITS : BITS;
            int given = slash < 0 ? all : Integer.parseInt(bits);
            if (given > all) {
                throw unreadable(text, "an address has %d bits".formatted(all));
            }
            return new AddressRange(high(first), low(first), given + BITS - all);
        } catch (IllegalArgumentException e) {
            throw unreadable(text, "'%s' is no address".formatted(address));
        } catch (NodeException e) {
            throw unreadable(text, String.valueOf(e.getMessage()));
        }
    }

    private static NodeException unreadable(String text, String why) {
        return new NodeException(
                "'%s' is no range of addresses like 10.0.0.0/8 or fd00::/8: %s"
                        .formatted(text, why));
    }

    /// Whether the address is one of these.
    public boolean contains(InetAddress address) {
        return (high(address) & mask(bits)) == high
                && (low(address) & mask(bits - Long.SIZE)) == low;
    }

    private static long mask(int bits) {
        if (bits <= 0) {
            return 0;
        }
        return bits >= Long.SIZE ? -1L : -1L << (Long.SIZE - bits);
    }

    private static long high(InetAddress address) {
        return address instanceof Inet4Address
                ? 0
                : ByteBuffer.wrap(address.getAddress()).getLong();
    }

    private static long low(InetAddress address) {
        ByteBuffer bytes = ByteBuffer.wrap(address.getAddress());
        return address instanceof Inet4Address
                ? MAPPED | Integer.toUnsignedLong(bytes.getInt())
                : bytes.getLong(Long.BYTES);
    }
}

package dev.cress.router;

import java.net.InetAddress;

/// A block of addresses, `10.0.0.0/8` or `fd00::/8`; a bare address is a block of one.
record Cidr(InetAddress network, int prefixBits) {
    static Cidr parse(String text) {
        int slash = text.indexOf('/');
        String address = slash < 0 ? text : text.substring(0, slash);
        InetAddress network = IpLiteral.parse(address).orElseThrow(() -> bad(text));
        int bitsMax = network.getAddress().length * 8;
        int bits = bitsMax;
        if (slash >= 0) {
            try {
                bits = Integer.parseInt(text.substring(slash + 1));
            } catch (NumberFormatException e) {
                throw bad(text);
            }
        }
        if (bits < 0 || bits > bitsMax) {
            throw bad(text);
        }
        return new Cidr(network, bits);
    }

    boolean contains(InetAddress address) {
        byte[] ours = network.getAddress();
        byte[] other = address.getAddress();
        if (other.length != ours.length) {
            return false;
        }
        for (int bit = 0; bit < prefixBits; bit += 8) {
            int mask = 0xff00 >> Math.min(8, prefixBits - bit);
            if (((ours[bit / 8] ^ other[bit / 8]) & mask & 0xff) != 0) {
                return false;
            }
        }
        return true;
    }

    private static RouterException bad(String text) {
        return new RouterException(
                "trusted peer '%s' is no address block like 10.0.0.0/8 or fd00::/8"
                        .formatted(text));
    }
}

package dev.cress.router;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;

/// Remembers where networks are: a /24 in IPv4 and a /48 in IPv6, the smallest that are routed on
/// their own, so the first address of one answers for all.
final class CachedLocations implements LocationTable {
    /// At about 150 bytes each, 10 MB.
    private static final int NETWORKS_MAX = 65_536;

    private final LocationTable table;
    private final Cache<Long, Place> places =
            Caffeine.newBuilder().maximumSize(NETWORKS_MAX).build();

    CachedLocations(LocationTable table) {
        this.table = table;
    }

    @Override
    public Place find(InetAddress address) {
        return places.get(network(address), _ -> table.find(address));
    }

    /// The network's bits: 48 of IPv6, and 24 of IPv4 under a mark in the 16 that IPv6 leaves free.
    static long network(InetAddress address) {
        var bytes = ByteBuffer.wrap(address.getAddress());
        return address instanceof Inet4Address
                ? 0xffff_0000_0000_0000L | (bytes.getInt() >>> 8)
                : bytes.getLong() >>> 16;
    }
}

package dev.cress.router;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;

/// 64-bit hashes for spreading clients over nodes. Not for secrets: anyone can compute them.
enum Hash {
    ;

    private static final long FNV_OFFSET = 0xcbf29ce484222325L;
    private static final long FNV_PRIME = 0x100000001b3L;

    static long of(String text) {
        return of(text.getBytes(StandardCharsets.UTF_8));
    }

    static long of(InetAddress address) {
        return of(address.getAddress());
    }

    private static long of(byte[] bytes) {
        long hash = FNV_OFFSET;
        for (byte b : bytes) {
            hash = (hash ^ (b & 0xff)) * FNV_PRIME;
        }
        return mix(hash);
    }

    /// The finaliser of SplitMix64: every input bit reaches every output bit.
    static long mix(long hash) {
        long h = (hash ^ (hash >>> 30)) * 0xbf58476d1ce4e5b9L;
        h = (h ^ (h >>> 27)) * 0x94d049bb133111ebL;
        return h ^ (h >>> 31);
    }
}

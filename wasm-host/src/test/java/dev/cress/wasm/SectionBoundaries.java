package dev.cress.wasm;

import java.util.HashSet;
import java.util.Set;

/// Where a module may be cut so that a whole, shorter module is left.
final class SectionBoundaries {
    private SectionBoundaries() {}

    static Set<Integer> of(byte[] module) {
        var boundaries = new HashSet<Integer>();
        int at = 8;
        while (at < module.length) {
            boundaries.add(at);
            at++;
            int size = 0;
            for (int shift = 0, b = 0x80; b >= 0x80; shift += 7) {
                b = module[at++] & 0xff;
                size |= (b & 0x7f) << shift;
            }
            at += size;
        }
        return boundaries;
    }
}

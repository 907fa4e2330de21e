package dev.cress.wasm.wasi;

import java.time.Instant;

/// The clocks of a guest, coarse on purpose: a fine clock is what timing side channels are made of.
final class GuestClock {
    static final long RESOLUTION_NANOS = 10_000;
    static final int REALTIME = 0;
    static final int MONOTONIC = 1;

    private GuestClock() {}

    static boolean known(int clock) {
        return clock == REALTIME || clock == MONOTONIC;
    }

    static long nanos(int clock) {
        long nanos;
        if (clock == REALTIME) {
            Instant now = Instant.now();
            nanos = now.getEpochSecond() * 1_000_000_000 + now.getNano();
        } else {
            nanos = System.nanoTime() & Long.MAX_VALUE;
        }
        return nanos - nanos % RESOLUTION_NANOS;
    }
}

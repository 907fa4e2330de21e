package dev.cress.wasm.wasi;

import dev.cress.wasm.memory.GuestMemory;

/// A subscription of `poll_oneoff` in guest memory: 48 bytes, user data at 0, kind at 8, a clock's
/// id at 16, its timeout at 24, its flags at 40.
final class Subscription {
    private static final int KIND_CLOCK = 0;
    private static final int FLAG_ABSOLUTE = 1;

    private Subscription() {}

    /// How long until it is due, ns; 0 when it is.
    static long waitNanos(GuestMemory memory, int at) {
        if (memory.read(at + 8) != KIND_CLOCK || !GuestClock.known(memory.readInt(at + 16))) {
            return 0;
        }
        long timeout = memory.readLong(at + 24);
        if (timeout < 0) {
            // unsigned: three centuries at least
            return Long.MAX_VALUE;
        }
        if ((memory.readShort(at + 40) & FLAG_ABSOLUTE) != 0) {
            return Math.max(0, timeout - GuestClock.nanos(memory.readInt(at + 16)));
        }
        return timeout;
    }

    /// The event (32 bytes) that says so.
    static void writeEvent(GuestMemory memory, int subscription, int at) {
        boolean clock = memory.read(subscription + 8) == KIND_CLOCK;
        boolean known = !clock || GuestClock.known(memory.readInt(subscription + 16));
        memory.writeLong(at, memory.readLong(subscription));
        memory.writeShort(at + 8, (short) (known ? Errno.SUCCESS : Errno.INVAL));
        memory.writeByte(at + 10, memory.read(subscription + 8));
        memory.writeLong(at + 16, clock ? 0 : 1);
        memory.writeLong(at + 24, 0);
    }
}

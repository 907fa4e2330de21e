package dev.cress.wasm.httpwasm;

import dev.cress.wasm.guest.Outcome;
import dev.cress.wasm.host.HostRun;
import dev.cress.wasm.stop.GuestEnded;

import java.util.Arrays;

/// Some of a body that the host keeps for a guest. Its bytes count as the guest's own memory until
/// the run is over.
final class BodyBuffer {
    private static final int FIRST_BYTES = 1_024;

    private final HostRun run;
    private final int bytesMax;
    private final Outcome tooLarge;
    private byte[] bytes = new byte[0];
    private int size;

    /// @param bytesMax that it may hold
    /// @param tooLarge how a guest ends that fills it with more
    BodyBuffer(HostRun run, long bytesMax, Outcome tooLarge) {
        this.run = run;
        this.bytesMax = (int) Math.min(bytesMax, Integer.MAX_VALUE);
        this.tooLarge = tooLarge;
    }

    int size() {
        return size;
    }

    void append(byte[] from, int offset, int length) {
        if (length > bytesMax - size) {
            throw new GuestEnded(tooLarge);
        }
        if (size + length > bytes.length) {
            grow(size + length);
        }
        System.arraycopy(from, offset, bytes, size, length);
        size += length;
    }

    private void grow(int needed) {
        long doubled = Math.max(Math.max(FIRST_BYTES, 2L * bytes.length), needed);
        int capacity = (int) Math.min(doubled, bytesMax);
        if (!run.memory().takeBeside(capacity - bytes.length)) {
            throw new GuestEnded(new Outcome.OutOfMemory(run.limits().memoryBytes()));
        }
        bytes = Arrays.copyOf(bytes, capacity);
    }

    /// Reads from a position on: at least one byte, or -1 where there are no more.
    int read(int at, byte[] into, int offset, int length) {
        int count = Math.min(length, size - at);
        if (count <= 0) {
            return -1;
        }
        System.arraycopy(bytes, at, into, offset, count);
        return count;
    }

    /// Forgets what it holds, not the room for it.
    void clear() {
        size = 0;
    }

    /// Passes all of it on.
    void drainTo(Sink sink) {
        sink.write(bytes, 0, size);
        clear();
    }

    /// Where bytes go.
    interface Sink {
        void write(byte[] from, int offset, int length);
    }
}

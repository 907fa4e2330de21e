package dev.cress.wasm.fastly;

/// The heap that a run's headers, bodies and all else behind its handles may take together.
final class Allowance {
    /// Bytes: one value of a KV store and then some. What is larger must be streamed.
    static final int BYTES_MAX = 32 << 20;

    /// What each object takes besides its bytes, about.
    static final int OBJECT_BYTES = 64;

    private long left = BYTES_MAX;

    /// Throws [Refused] when there is less left.
    void take(long bytes) {
        if (bytes > left) {
            throw new Refused(Status.LIMITEXCEEDED);
        }
        left -= bytes;
    }

    void giveBack(long bytes) {
        left += bytes;
    }
}

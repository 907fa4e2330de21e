package dev.cress.wasm.fastly;

/// Where a body comes from that isn't here yet. Throws [Refused] when it breaks off.
interface BodySource {
    /// Reads at least one byte, or -1 at the end. Blocks.
    int read(byte[] into, int offset, int length);

    /// Bytes that are left as it was announced, or [Body#UNKNOWN].
    long length();

    /// Nobody wants the rest.
    void close();
}

package dev.cress.wasm.fastly;

/// Where a streamed body goes as the guest writes it. Throws [Refused] when it can't go on.
interface BodySink {
    /// Some more; the array is the caller's again on return.
    void write(byte[] from, int offset, int length);

    /// The body is whole.
    void end();

    /// It never will be.
    void abandon();
}

package dev.cress.wasm.fastly;

/// What a body's handle stands for.
sealed interface WritableBody permits Body, StreamedBody {
    /// Adds bytes at the end.
    void write(byte[] from, int offset, int length);

    /// Adds all of another body at the end, and leaves nothing in it.
    ///
    /// @param buffer to be used on the way
    void append(Body other, byte[] buffer);

    /// Adds no more.
    void close();

    /// The same, and what was written so far was not all.
    void abandon();
}

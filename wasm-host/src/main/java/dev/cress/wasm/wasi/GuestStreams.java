package dev.cress.wasm.wasi;

/// A guest's standard streams. Called on the guest's thread; may block.
public interface GuestStreams {
    /// Reads at least one byte of standard input, or -1 at its end.
    int readInput(byte[] into, int offset, int length);

    /// Takes what the guest wrote to standard output, so many bytes. The array belongs to the
    /// caller again on return.
    void writeOutput(byte[] output, int length);

    /// Whether anybody reads what the guest writes to standard error.
    default boolean hearsErrors() {
        return true;
    }

    /// Takes what the guest wrote to standard error. The array is the receiver's.
    void writeError(byte[] output);
}

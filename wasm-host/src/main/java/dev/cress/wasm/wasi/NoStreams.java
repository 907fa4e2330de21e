package dev.cress.wasm.wasi;

/// Nothing to read, and nobody who reads what is written.
final class NoStreams implements GuestStreams {
    @Override
    public int readInput(byte[] into, int offset, int length) {
        return -1;
    }

    @Override
    public void writeOutput(byte[] output, int length) {}

    @Override
    public void writeError(byte[] output) {}
}

package dev.cress.wasm.fastly;

/// A body that goes out as it is written, and can't be read.
record StreamedBody(BodySink sink) implements WritableBody {
    @Override
    public void write(byte[] from, int offset, int length) {
        sink.write(from, offset, length);
    }

    @Override
    public void append(Body other, byte[] buffer) {
        other.moveTo(sink, buffer);
    }

    @Override
    public void close() {
        sink.end();
    }

    @Override
    public void abandon() {
        sink.abandon();
    }
}

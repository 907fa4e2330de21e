package dev.cress.wasm.fastly;

import dev.cress.wasm.host.HostRun;

/// The body of the client's request. Every one of a run reads the same.
final class RequestSource implements BodySource {
    private final HostRun host;
    private long left;

    RequestSource(FastlyRun run) {
        host = run.host();
        left = host.exchange().request().contentLength();
    }

    @Override
    public int read(byte[] into, int offset, int length) {
        int count = host.exchange().read(into, offset, length);
        host.word().checkStopped();
        left = count < 0 ? 0 : left < 0 ? Body.UNKNOWN : Math.max(0, left - count);
        return count;
    }

    @Override
    public long length() {
        return left;
    }

    @Override
    public void close() {}
}

package dev.cress.wasm;

import dev.cress.wasm.guest.GuestExchange;
import dev.cress.wasm.guest.GuestRequest;
import dev.cress.wasm.guest.Outcome;
import dev.cress.wasm.guest.ResponseHead;

/// Whose request it is when no client asked: the body is at hand, the answer goes nowhere, nothing
/// ever blocks. The body isn't copied.
final class Nobody implements GuestExchange {
    private final GuestRequest request;
    private final byte[] body;
    private int bodyRead;

    Nobody(GuestRequest request, byte[] body) {
        this.request = request;
        this.body = body;
    }

    @Override
    public GuestRequest request() {
        return request;
    }

    @Override
    public int read(byte[] into, int offset, int length) {
        int count = Math.min(length, body.length - bodyRead);
        if (count == 0) {
            return -1;
        }
        System.arraycopy(body, bodyRead, into, offset, count);
        bodyRead += count;
        return count;
    }

    @Override
    public void head(ResponseHead head) {}

    @Override
    public void write(byte[] from, int offset, int length) {}

    @Override
    public void log(byte[] text) {}

    @Override
    public void stopped(Outcome outcome) {}
}

package dev.cress.wasm.host;

import dev.cress.wasm.guest.GuestExchange;
import dev.cress.wasm.guest.Outcome;
import dev.cress.wasm.guest.ResponseHead;
import dev.cress.wasm.guest.RunLimits;
import dev.cress.wasm.stop.GuestEnded;

/// A guest's answer on its way to the client: one head, then the body as it comes, both within
/// their limits. On the guest's thread.
public final class ResponseWriter {
    private final GuestExchange exchange;
    private final RunLimits limits;
    private boolean headSent;
    private long bodyBytes;

    public ResponseWriter(GuestExchange exchange, RunLimits limits) {
        this.exchange = exchange;
        this.limits = limits;
    }

    /// Whether the head has gone out.
    public boolean isHeadSent() {
        return headSent;
    }

    /// Sends the head, once. Throws [GuestEnded] when it is over its limit.
    public void head(ResponseHead head) {
        if (headSent) {
            throw new IllegalStateException("a response has one head");
        }
        long bytes = 0;
        for (var header : head.headers()) {
            bytes += header.name().length() + header.value().length() + Fields.OVERHEAD_BYTES;
        }
        requireHeadWithin(bytes);
        headSent = true;
        exchange.head(head);
    }

    /// Throws [GuestEnded] when a head of so many bytes is over its limit.
    public void requireHeadWithin(long bytes) {
        if (bytes > limits.responseHeaderBytes()) {
            throw new GuestEnded(
                    new Outcome.ResponseTooLarge("headers", limits.responseHeaderBytes()));
        }
    }

    /// Sends some of the body; blocks while the client is slower. Throws [GuestEnded] when the body
    /// is over its limit.
    public void body(byte[] from, int offset, int length) {
        if (length == 0) {
            return;
        }
        bodyBytes += length;
        if (bodyBytes > limits.responseBodyBytes()) {
            throw new GuestEnded(new Outcome.ResponseTooLarge("body", limits.responseBodyBytes()));
        }
        exchange.write(from, offset, length);
    }
}

package dev.cress.wasm.fastly;

import dev.cress.wasm.guest.Outbound.OutboundCall;
import dev.cress.wasm.guest.OutboundException;

/// The body of a backend's response.
final class CallSource implements BodySource {
    private final FastlyRun run;
    private final OutboundCall call;
    private long left;

    /// @param length as the response's head says, or [Body#UNKNOWN]
    CallSource(FastlyRun run, OutboundCall call, long length) {
        this.run = run;
        this.call = call;
        this.left = length;
    }

    @Override
    public int read(byte[] into, int offset, int length) {
        try {
            int count = call.read(into, offset, length);
            run.host().word().checkStopped();
            left = count < 0 ? 0 : left < 0 ? Body.UNKNOWN : Math.max(0, left - count);
            return count;
        } catch (OutboundException e) {
            run.host().word().checkStopped();
            throw new Refused(Status.HTTPINCOMPLETE);
        }
    }

    @Override
    public long length() {
        return left;
    }

    @Override
    public void close() {
        call.close();
    }
}

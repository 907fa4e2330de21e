package dev.cress.wasm.fastly;

import dev.cress.wasm.guest.Outbound.OutboundCall;
import dev.cress.wasm.guest.OutboundException;

/// The body of a request to a backend.
record CallSink(FastlyRun run, OutboundCall call) implements BodySink {
    @Override
    public void write(byte[] from, int offset, int length) {
        try {
            call.write(from, offset, length);
        } catch (OutboundException e) {
            throw SendError.tell(run, e, SendError.NOWHERE);
        }
        run.host().word().checkStopped();
    }

    @Override
    public void end() {
        try {
            call.end();
        } catch (OutboundException e) {
            throw SendError.tell(run, e, SendError.NOWHERE);
        }
    }

    @Override
    public void abandon() {
        call.close();
    }
}

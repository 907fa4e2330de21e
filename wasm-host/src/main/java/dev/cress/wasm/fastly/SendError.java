package dev.cress.wasm.fastly;

import dev.cress.wasm.guest.OutboundException;

/// What a guest hears of a request that failed: a status, and in newer calls a detail
/// (`send_error_detail`).
final class SendError {
    /// Where the detail goes when the guest doesn't want it.
    static final int NOWHERE = 0;

    private static final int MASK_OFFSET = 4;

    private SendError() {}

    /// Tells the detail and what went wrong in the log; returns what the call answers.
    static Refused tell(FastlyRun run, OutboundException e, int detailAt) {
        run.host().word().checkStopped();
        run.warn("request to a backend failed: " + e.getMessage());
        if (detailAt != NOWHERE) {
            run.memory().writeI32(detailAt, detail(e.reason()));
            run.memory().writeI32(detailAt, MASK_OFFSET, 0);
        }
        return new Refused(status(e.reason()));
    }

    private static int status(OutboundException.Reason reason) {
        return switch (reason) {
            case DENIED -> Status.INVAL;
            case INVALID, PROTOCOL -> Status.HTTPINVALID;
            case TOO_MANY -> Status.LIMITEXCEEDED;
            case TOO_LARGE -> Status.HTTPHEADTOOLARGE;
            case UNKNOWN_HOST, UNREACHABLE, TIMED_OUT, STOPPED -> Status.ERROR;
        };
    }

    /// By `send_error_detail_tag`.
    private static int detail(OutboundException.Reason reason) {
        return switch (reason) {
            case UNKNOWN_HOST -> 3;
            case DENIED -> 4;
            case UNREACHABLE -> 7;
            case TOO_MANY -> 10;
            case TOO_LARGE -> 15;
            case TIMED_OUT -> 16;
            case PROTOCOL -> 19;
            case INVALID -> 21;
            case STOPPED -> 22;
        };
    }
}

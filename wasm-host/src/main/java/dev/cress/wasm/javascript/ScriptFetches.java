package dev.cress.wasm.javascript;

import dev.cress.wasm.guest.Header;
import dev.cress.wasm.guest.Outbound.OutboundCall;
import dev.cress.wasm.guest.Outbound.OutboundHead;
import dev.cress.wasm.guest.OutboundException;
import dev.cress.wasm.guest.ResponseHead;
import dev.cress.wasm.host.HostRun;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// The requests that one run of a script has sent, by their numbers, from 0.
final class ScriptFetches {
    private static final int PIECE_BYTES = 64 << 10;
    private static final double MS_MAX = 1e9;
    private static final int NONE = -1;

    private final HostRun run;
    private final List<OutboundCall> calls = new ArrayList<>();

    ScriptFetches(HostRun run) {
        this.run = run;
    }

    /// @param length of the body in bytes, -1 if it isn't known
    int begin(String method, String url, List<Header> headers, long length)
            throws OutboundException {
        calls.add(
                run.exchange()
                        .capabilities()
                        .outbound()
                        .begin(new OutboundHead(method, url, headers, length)));
        return calls.size() - 1;
    }

    private OutboundCall call(int number) throws OutboundException {
        if (number < 0 || number >= calls.size()) {
            throw new OutboundException(
                    OutboundException.Reason.INVALID, "there is no fetch " + number);
        }
        return calls.get(number);
    }

    void write(int number, byte[] bytes) throws OutboundException {
        call(number).write(bytes, 0, bytes.length);
    }

    void end(int number) throws OutboundException {
        call(number).end();
    }

    ResponseHead head(int number) throws OutboundException {
        return call(number).response();
    }

    /// The next piece of the answer's body, or null at its end.
    byte @Nullable [] read(int number) throws OutboundException {
        byte[] piece = new byte[PIECE_BYTES];
        int count = call(number).read(piece, 0, piece.length);
        return count < 0 ? null : Arrays.copyOf(piece, count);
    }

    /// Waits until one of these is answered.
    ///
    /// @param numbers with NUL between them
    /// @param ms at most so long, as long as it takes if it is negative
    /// @return its number, or -1
    int await(String numbers, double ms) throws OutboundException {
        var waiting = new ArrayList<Integer>();
        var answered = new ArrayList<OutboundCall>();
        for (String number : numbers.isEmpty() ? new String[0] : numbers.split("\0", -1)) {
            waiting.add(parsed(number));
            answered.add(call(waiting.getLast()));
        }
        Duration time = Duration.ofMillis((long) (ms < 0 ? MS_MAX : Math.min(ms, MS_MAX)));
        if (answered.isEmpty()) {
            run.sleep(time.toNanos());
            return NONE;
        }
        int index = run.exchange().capabilities().outbound().awaitAny(answered, time);
        run.word().checkStopped();
        return index < 0 ? NONE : waiting.get(index);
    }

    /// The engine may be anybody's, and so may be what it takes for numbers.
    private static int parsed(String number) {
        try {
            return Integer.parseInt(number);
        } catch (NumberFormatException e) {
            return NONE;
        }
    }
}

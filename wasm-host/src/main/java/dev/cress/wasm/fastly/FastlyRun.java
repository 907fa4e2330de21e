package dev.cress.wasm.fastly;

import dev.cress.wasm.guest.LogLevel;
import dev.cress.wasm.guest.Outcome;
import dev.cress.wasm.host.HostRun;
import dev.cress.wasm.memory.GuestMemory;
import dev.cress.wasm.stop.GuestEnded;

import org.jspecify.annotations.Nullable;

import java.util.HashSet;
import java.util.Set;

/// One run of a guest as Fastly's host calls know it. Lives as long as the run, on the guest's
/// thread.
public final class FastlyRun {
    /// Bytes that go from a body to another at once.
    static final int TRANSFER_BYTES_MAX = 64 * 1024;

    private final HostRun host;
    private final Handles handles = new Handles();
    private final Allowance allowance = new Allowance();
    private final Backends backends;
    private final Set<String> unsupported = new HashSet<>();
    private final long cpuStartNanos = RuntimeCalls.cpuNanos();
    private Answer answer = Answer.NOT_SENT;
    private byte @Nullable [] buffer;

    private enum Answer {
        NOT_SENT,
        STREAMING,
        WHOLE,
        BROKEN_OFF
    }

    FastlyRun(HostRun host) {
        this.host = host;
        this.backends = new Backends(host, allowance);
    }

    HostRun host() {
        return host;
    }

    GuestMemory memory() {
        return host.memory();
    }

    Handles handles() {
        return handles;
    }

    Allowance allowance() {
        return allowance;
    }

    Backends backends() {
        return backends;
    }

    /// What this thread's CPU time was as the run made its first call.
    long cpuStartNanos() {
        return cpuStartNanos;
    }

    /// Of [#TRANSFER_BYTES_MAX]; whoever uses it is done with it before anybody else does.
    byte[] buffer() {
        byte[] known = buffer;
        if (known == null) {
            known = new byte[TRANSFER_BYTES_MAX];
            buffer = known;
        }
        return known;
    }

    /// What a call answers that isn't offered here; the log says so once.
    void unsupported(String call) {
        if (unsupported.add(call)) {
            warn(call + " is not supported here");
        }
        throw new Refused(Status.UNSUPPORTED);
    }

    /// A line of the host's.
    void warn(String line) {
        host.log().line(LogLevel.WARN, line);
    }

    /// Sends the answer with its body, whole.
    void answer(HttpResponse response, Body body) {
        sendHead(response, body.knownLength());
        body.moveTo(new ResponseSink(), buffer());
        end();
    }

    /// Sends the answer's head and what there is of its body; the guest writes the rest.
    BodySink stream(HttpResponse response, Body body) {
        sendHead(response, Body.UNKNOWN);
        answer = Answer.STREAMING;
        body.moveTo(new ResponseSink(), buffer());
        host.exchange().flush();
        return new ResponseSink();
    }

    private void sendHead(HttpResponse response, long length) {
        if (answer != Answer.NOT_SENT) {
            throw new Refused(Status.ERROR);
        }
        boolean asked = host.exchange().request().method().equals("HEAD");
        response.framedByGuest(asked || response.isFramedByGuest());
        host.response().head(response.head(length));
        answer = Answer.BROKEN_OFF;
        host.word().checkStopped();
    }

    private void end() {
        host.exchange().end();
        answer = Answer.WHOLE;
    }

    /// The guest has ended by itself: its answer must be whole.
    void requireAnswer() {
        String problem =
                switch (answer) {
                    case NOT_SENT ->
                            "guest ended without an answer: it never called"
                                    + " fastly_http_resp.send_downstream";
                    case STREAMING ->
                            "guest ended before it closed the body that it streamed to its client";
                    case BROKEN_OFF -> "guest broke off its answer";
                    case WHOLE -> "";
                };
        if (!problem.isEmpty()) {
            throw new GuestEnded(new Outcome.BrokeProtocol(problem));
        }
    }

    /// The body of the answer to the client.
    private final class ResponseSink implements BodySink {
        @Override
        public void write(byte[] from, int offset, int length) {
            host.response().body(from, offset, length);
            host.word().checkStopped();
        }

        @Override
        public void end() {
            FastlyRun.this.end();
        }

        @Override
        public void abandon() {
            answer = Answer.BROKEN_OFF;
        }
    }
}

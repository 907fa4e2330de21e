package dev.cress.wasm.fastly;

import dev.cress.wasm.fastly.Backends.Backend;
import dev.cress.wasm.guest.Outbound;
import dev.cress.wasm.guest.Outbound.OutboundCall;
import dev.cress.wasm.guest.OutboundException;

/// Sending requests to backends (`fastly_http_req.send…`). There is no cache between.
final class SendCalls {
    private SendCalls() {}

    static void bind(Bindings bindings) {
        bindings.module("fastly_http_req")
                .bind("send", (run, p) -> send(run, p, SendError.NOWHERE, 4))
                .bind("send_v2", (run, p) -> send(run, p, p.number(4), 5))
                .bind("send_v3", (run, p) -> send(run, p, p.number(4), 5))
                .bind("send_async", (run, p) -> sendLater(run, p, false, 4))
                .bind("send_async_streaming", (run, p) -> sendLater(run, p, true, 4))
                .bind("send_async_v2", (run, p) -> sendLater(run, p, p.number(4) != 0, 5));
        // without it the SDKs leave caching to the host, which has no cache
        bindings.module("fastly_http_cache")
                .bind(
                        "is_request_cacheable",
                        (_, _) -> {
                            throw new Refused(Status.UNSUPPORTED);
                        });
    }

    private static void send(FastlyRun run, Passed passed, int detailAt, int answers) {
        try {
            new PendingRequest(begin(run, passed, false)).answer(run, passed, answers);
        } catch (OutboundException e) {
            throw SendError.tell(run, e, detailAt);
        }
    }

    private static void sendLater(FastlyRun run, Passed passed, boolean streams, int answer) {
        try {
            var pending = new PendingRequest(begin(run, passed, streams));
            passed.answer(answer, run.handles().add(pending));
        } catch (OutboundException e) {
            throw SendError.tell(run, e, SendError.NOWHERE);
        }
    }

    /// Sends the request's head and what there is of its body. Both handles are the host's from
    /// then on, unless the guest writes on.
    private static OutboundCall begin(FastlyRun run, Passed passed, boolean streams)
            throws OutboundException {
        int requestHandle = passed.number(0);
        int bodyHandle = passed.number(1);
        HttpRequest request = run.handles().get(requestHandle, HttpRequest.class);
        Body body = run.handles().get(bodyHandle, Body.class);
        Backend backend = run.backends().get(passed.text(2, Backends.NAME_BYTES_MAX));
        Outbound outbound = run.host().exchange().capabilities().outbound();
        long length = streams ? Body.UNKNOWN : body.knownLength();
        OutboundCall call = outbound.begin(request.to(backend.origin(), length));
        var sink = new CallSink(run, call);
        run.handles().take(requestHandle, HttpRequest.class).close();
        if (streams) {
            run.handles().replace(bodyHandle, new StreamedBody(sink));
        } else {
            run.handles().take(bodyHandle, Body.class);
        }
        body.moveTo(sink, run.buffer());
        if (!streams) {
            sink.end();
        }
        return call;
    }
}

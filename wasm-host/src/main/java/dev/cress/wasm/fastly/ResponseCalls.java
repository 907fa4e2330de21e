package dev.cress.wasm.fastly;

/// Making responses, changing them and sending one to the client (`fastly_http_resp`).
final class ResponseCalls {
    private static final int MANUALLY_FROM_HEADERS = 1;

    private ResponseCalls() {}

    static void bind(Bindings bindings) {
        bindings.module("fastly_http_resp")
                .bind("new", ResponseCalls::make)
                .bind(
                        "close",
                        (run, p) -> run.handles().take(p.number(0), HttpResponse.class).close())
                .bind("status_get", (run, p) -> answerShort(p, 1, response(run, p).status()))
                .bind("status_set", (run, p) -> response(run, p).status(p.number(1)))
                .bind("framing_headers_mode_set", ResponseCalls::setFraming)
                .bind("http_keepalive_mode_set", ResponseCalls::response)
                .bind("get_addr_dest_ip", ResponseCalls::unknown)
                .bind("get_addr_dest_port", ResponseCalls::unknown)
                .bind("send_downstream", ResponseCalls::send);
    }

    private static HttpResponse response(FastlyRun run, Passed passed) {
        return run.handles().get(passed.number(0), HttpResponse.class);
    }

    /// Some SDKs keep no more than 16 bits for it.
    private static void answerShort(Passed passed, int place, int value) {
        passed.memory().writeShort(passed.number(place), (short) value);
    }

    private static void make(FastlyRun run, Passed passed) {
        passed.answer(0, run.handles().add(new HttpResponse(run.allowance())));
    }

    private static void setFraming(FastlyRun run, Passed passed) {
        response(run, passed).framedByGuest(passed.number(1) == MANUALLY_FROM_HEADERS);
    }

    private static void unknown(FastlyRun run, Passed passed) {
        response(run, passed);
        throw new Refused(Status.NONE);
    }

    private static void send(FastlyRun run, Passed passed) {
        HttpResponse response = response(run, passed);
        int bodyHandle = passed.number(1);
        Body body = run.handles().get(bodyHandle, Body.class);
        run.handles().take(passed.number(0), HttpResponse.class);
        boolean streams = passed.number(2) != 0;
        if (response.isInformational()) {
            // what only announces the answer isn't passed on (RFC 9110, 15.2, lets a proxy drop it)
            run.handles().take(bodyHandle, Body.class).close();
        } else if (streams) {
            run.handles().replace(bodyHandle, new StreamedBody(run.stream(response, body)));
        } else {
            run.handles().take(bodyHandle, Body.class);
            run.answer(response, body);
        }
        response.close();
    }
}

package dev.cress.wasm.fastly;

/// Making requests and changing them (`fastly_http_req`).
final class RequestCalls {
    private RequestCalls() {}

    static void bind(Bindings bindings) {
        bindings.module("fastly_http_req")
                .bind("new", RequestCalls::make)
                .bind(
                        "close",
                        (run, p) -> run.handles().take(p.number(0), HttpRequest.class).close())
                .bind("method_get", (run, p) -> p.fill(1, request(run, p).method()))
                .bind("method_set", RequestCalls::setMethod)
                .bind("uri_get", (run, p) -> p.fill(1, request(run, p).uri()))
                .bind("uri_set", RequestCalls::setUri)
                // there is no cache to be told how to keep what comes back
                .bind("cache_override_set", RequestCalls::request)
                .bind("cache_override_v2_set", RequestCalls::request)
                .bind("cache_override_v3_set", RequestCalls::request)
                .bind("on_behalf_of", RequestCalls::request)
                // the host frames what goes to a backend in any case
                .bind("framing_headers_mode_set", RequestCalls::request)
                .bind("auto_decompress_response_set", RequestCalls::setDecompression);
    }

    private static HttpRequest request(FastlyRun run, Passed passed) {
        return run.handles().get(passed.number(0), HttpRequest.class);
    }

    private static void make(FastlyRun run, Passed passed) {
        passed.answer(0, run.handles().add(new HttpRequest(run.allowance())));
    }

    private static void setMethod(FastlyRun run, Passed passed) {
        request(run, passed).method(passed.text(1, HttpRequest.METHOD_BYTES_MAX));
    }

    private static void setUri(FastlyRun run, Passed passed) {
        request(run, passed).uri(passed.text(1, HttpRequest.URI_BYTES_MAX));
    }

    private static void setDecompression(FastlyRun run, Passed passed) {
        request(run, passed);
        if (passed.number(1) != 0) {
            run.unsupported("fastly_http_req.auto_decompress_response_set with an encoding");
        }
    }
}

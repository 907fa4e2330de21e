package dev.cress.router;

import dev.cress.contract.CressHeader;
import dev.cress.contract.ErrorCode;
import dev.cress.contract.Json;
import dev.cress.contract.Problem;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;

/// The router's own answers: problem+json, `x-cress-error` and `proxy-status` (RFC 9209).
enum Answer {
    ;

    /// How long a client may go on sending a body that nobody wants, so that it gets to read the
    /// answer: a connection that is closed under it would take the answer along.
    private static final long LINGER_MS = 5_000;

    private static final String RETRY_AFTER_S = "1";

    /// Answers, and keeps the connection for the next request.
    static void problem(
            Vertx vertx,
            HttpServerRequest request,
            ErrorCode code,
            String requestId,
            String detail) {
        head(request.response(), code, requestId).end(body(code, requestId, detail));
        letEnd(vertx, request);
    }

    /// Answers and closes the connection: whatever else came on it may not be what it seems.
    static void lastProblem(
            HttpServerRequest request, ErrorCode code, String requestId, String detail) {
        head(request.response(), code, requestId)
                .putHeader("connection", "close")
                .end(body(code, requestId, detail))
                .onComplete(_ -> request.connection().close());
    }

    private static HttpServerResponse head(
            HttpServerResponse response, ErrorCode code, String requestId) {
        if (code.retryable()) {
            response.putHeader("retry-after", RETRY_AFTER_S);
        }
        return response.setStatusCode(code.status())
                .putHeader("content-type", Problem.MEDIA_TYPE)
                .putHeader("cache-control", "no-store")
                .putHeader(CressHeader.REQUEST_ID.text(), requestId)
                .putHeader(CressHeader.ERROR.text(), code.code())
                .putHeader("proxy-status", "cress-router; error=" + code.proxyStatus());
    }

    private static String body(ErrorCode code, String requestId, String detail) {
        return Json.write(Problem.of(code, detail, null, requestId));
    }

    /// Throws away what is left of a request that was answered, and closes the connection if that
    /// takes long.
    static void letEnd(Vertx vertx, HttpServerRequest request) {
        if (request.isEnded()) {
            return;
        }
        request.handler(_ -> {}).resume();
        long timer = vertx.setTimer(LINGER_MS, _ -> request.connection().close());
        request.endHandler(_ -> vertx.cancelTimer(timer));
        request.exceptionHandler(_ -> vertx.cancelTimer(timer));
    }
}

package dev.cress.node.serve;

import dev.cress.contract.CressHeader;
import dev.cress.contract.ErrorCode;
import dev.cress.contract.Json;
import dev.cress.contract.Problem;
import dev.cress.wasm.guest.Outcome;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;

import org.jspecify.annotations.Nullable;

import java.time.Duration;

/// What the client hears when the answer isn't the guest's own.
///
/// @param detail names the thing, the value and the limit; never what a trap said
/// @param limit the limit that was hit, with its unit, or null
record ErrorAnswer(ErrorCode code, String detail, @Nullable String limit) {
    /// When a client may come again, s.
    private static final int RETRY_AFTER_S = 1;

    static ErrorAnswer of(ErrorCode code, String detail) {
        return new ErrorAnswer(code, detail, null);
    }

    /// The row of the error map for this outcome of a guest, or null when there is nobody to hear
    /// it or nothing wrong.
    static @Nullable ErrorAnswer of(Outcome outcome) {
        return switch (outcome) {
            case Outcome.Completed() -> null;
            case Outcome.Abandoned() -> null;
            case Outcome.Trapped(_) ->
                    of(ErrorCode.GUEST_TRAP, "the function failed (a trap); its log says why");
            case Outcome.Exited(int exit) ->
                    of(ErrorCode.GUEST_EXIT, "the function failed (exit code %d)".formatted(exit));
            case Outcome.BrokeProtocol(_) ->
                    of(
                            ErrorCode.GUEST_PROTOCOL,
                            "the function broke the rules of its interface; its log says how");
            case Outcome.OutOfMemory(long bytes) ->
                    limited(
                            ErrorCode.MEMORY_LIMIT,
                            "the function needed more memory than",
                            mib(bytes));
            case Outcome.OutOfCpu(Duration limit) ->
                    limited(ErrorCode.CPU_LIMIT, "the function used up its CPU time of", ms(limit));
            case Outcome.OutOfTime(Duration limit) ->
                    limited(ErrorCode.WALL_LIMIT, "the function did not answer within", ms(limit));
            case Outcome.ResponseTooLarge(String part, long bytes) ->
                    limited(
                            ErrorCode.RESPONSE_TOO_LARGE,
                            "the response %s of the function exceeds".formatted(part),
                            bytes + " bytes");
            case Outcome.NoMemory(_, long budget) ->
                    limited(
                            ErrorCode.OVERLOADED,
                            "no guest memory is left of the node's",
                            mib(budget));
        };
    }

    private static ErrorAnswer limited(ErrorCode code, String words, String limit) {
        return new ErrorAnswer(code, words + " " + limit, limit);
    }

    private static String ms(Duration limit) {
        return limit.toMillis() + " ms";
    }

    private static String mib(long bytes) {
        return (bytes >> 20) + " MiB";
    }

    /// Sends it whole. Event loop.
    void send(HttpServerResponse response, String requestId, String node) {
        var problem = Problem.of(code, detail, limit, requestId);
        if (code.retryable() || code == ErrorCode.RATE_LIMITED) {
            response.putHeader(HttpHeaders.RETRY_AFTER, Integer.toString(RETRY_AFTER_S));
        }
        response.setStatusCode(code.status())
                .putHeader(CressHeader.ERROR.text(), code.code())
                .putHeader(CressHeader.REQUEST_ID.text(), requestId)
                .putHeader(CressHeader.NODE.text(), node)
                .putHeader("proxy-status", "cress-%s; error=%s".formatted(node, code.proxyStatus()))
                .putHeader(HttpHeaders.CONTENT_TYPE, Problem.MEDIA_TYPE)
                .end(Buffer.buffer(Json.write(problem)));
    }
}

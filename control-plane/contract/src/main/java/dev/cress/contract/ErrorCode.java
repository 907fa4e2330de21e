package dev.cress.contract;

import java.util.Arrays;
import java.util.Optional;

/// What a client hears when the answer isn't the guest's own: the value of `x-cress-error`, the
/// status, and the error type of RFC 9209 that `proxy-status` carries.
public enum ErrorCode {
    GUEST_TRAP("guest-trap", 500, "http_response_incomplete"),
    GUEST_EXIT("guest-exit", 500, "http_response_incomplete"),
    GUEST_PROTOCOL("guest-protocol", 500, "http_protocol_error"),
    MEMORY_LIMIT("memory-limit", 500, "http_response_incomplete"),
    RESPONSE_TOO_LARGE("response-too-large", 500, "http_response_body_size"),
    CPU_LIMIT("cpu-limit", 503, "proxy_internal_response"),
    WALL_LIMIT("wall-limit", 504, "http_response_timeout"),
    OVERLOADED("overloaded", 503, "destination_unavailable"),
    UNAVAILABLE("unavailable", 503, "destination_unavailable"),
    RATE_LIMITED("rate-limited", 429, "http_request_denied"),
    NO_ROUTE("no-route", 404, "destination_not_found"),
    BAD_REQUEST("bad-request", 400, "http_request_error"),
    BODY_TOO_LARGE("request-too-large", 413, "http_request_error"),
    LINE_TOO_LARGE("request-too-large", 414, "http_request_error"),
    HEADERS_TOO_LARGE("request-too-large", 431, "http_request_error"),
    LOOP("loop", 508, "proxy_loop_detected"),
    NO_NODE("no-node", 502, "destination_unavailable"),
    NO_NODE_IN_TIME("no-node", 504, "connection_timeout"),
    INTERNAL("internal", 500, "proxy_internal_error");

    private final String code;
    private final int status;
    private final String proxyStatus;

    ErrorCode(String code, int status, String proxyStatus) {
        this.code = code;
        this.status = status;
        this.proxyStatus = proxyStatus;
    }

    /// The word in `x-cress-error`.
    public String code() {
        return code;
    }

    /// The HTTP status.
    public int status() {
        return status;
    }

    /// The `error` parameter of `proxy-status` (RFC 9209 §2.3).
    public String proxyStatus() {
        return proxyStatus;
    }

    /// Whether no guest code ran and another node may be asked.
    public boolean retryable() {
        return this == OVERLOADED || this == UNAVAILABLE;
    }

    /// The code by its word, if there is one.
    public static Optional<ErrorCode> byCode(String code) {
        return Arrays.stream(values()).filter(e -> e.code.equals(code)).findFirst();
    }
}

package dev.cress.contract;

import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What a client hears when the answer isn't the guest's own: the value of `x-cress-error`, the
/// status, the error type of RFC 9209 that `proxy-status` carries, and the problem's title.
public enum ErrorCode {
    GUEST_TRAP("guest-trap", 500, "http_response_incomplete", "The function failed"),
    GUEST_EXIT("guest-exit", 500, "http_response_incomplete", "The function failed"),
    GUEST_PROTOCOL("guest-protocol", 500, "http_protocol_error", "The function failed"),
    MEMORY_LIMIT(
            "memory-limit", 500, "http_response_incomplete", "The function used up its memory"),
    RESPONSE_TOO_LARGE(
            "response-too-large",
            500,
            "http_response_body_size",
            "The function's answer is too large"),
    CPU_LIMIT("cpu-limit", 503, "proxy_internal_response", "The function used up its CPU time"),
    WALL_LIMIT("wall-limit", 504, "http_response_timeout", "The function did not answer in time"),
    OVERLOADED("overloaded", 503, "destination_unavailable", "Too many requests at once"),
    UNAVAILABLE("unavailable", 503, "destination_unavailable", "Not ready"),
    RATE_LIMITED("rate-limited", 429, "http_request_denied", "Too many requests"),
    NO_ROUTE("no-route", 404, "destination_not_found", "Nothing is deployed here"),
    BAD_REQUEST("bad-request", 400, "http_request_error", "The request can't be read"),
    BODY_TOO_LARGE("request-too-large", 413, "http_request_error", "The request is too large"),
    LINE_TOO_LARGE("request-too-large", 414, "http_request_error", "The request is too large"),
    HEADERS_TOO_LARGE("request-too-large", 431, "http_request_error", "The request is too large"),
    LOOP("loop", 508, "proxy_loop_detected", "The request goes round in circles"),
    NO_NODE("no-node", 502, "destination_unavailable", "No node could be reached"),
    NO_NODE_IN_TIME("no-node", 504, "connection_timeout", "No node answered in time"),
    INTERNAL("internal", 500, "proxy_internal_error", "The node failed");

    private static final Set<String> GUESTS =
            Stream.of(
                            GUEST_TRAP,
                            GUEST_EXIT,
                            GUEST_PROTOCOL,
                            MEMORY_LIMIT,
                            RESPONSE_TOO_LARGE,
                            CPU_LIMIT,
                            WALL_LIMIT)
                    .map(ErrorCode::code)
                    .collect(Collectors.toUnmodifiableSet());

    private final String code;
    private final int status;
    private final String proxyStatus;
    private final String title;

    ErrorCode(String code, int status, String proxyStatus, String title) {
        this.code = code;
        this.status = status;
        this.proxyStatus = proxyStatus;
        this.title = title;
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

    /// What happened, in a few words that are the same each time (RFC 9457 §3.1.3).
    public String title() {
        return title;
    }

    /// Whether no guest code ran and another node may be asked.
    public boolean retryable() {
        return this == OVERLOADED || this == UNAVAILABLE;
    }

    /// Whether this word says that the guest failed, by itself or at a limit of its own.
    public static boolean isGuests(String code) {
        return GUESTS.contains(code);
    }

    /// The code by its word, if there is one.
    public static Optional<ErrorCode> byCode(String code) {
        return Arrays.stream(values()).filter(e -> e.code.equals(code)).findFirst();
    }
}

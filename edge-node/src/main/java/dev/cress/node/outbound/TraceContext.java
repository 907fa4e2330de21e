package dev.cress.node.outbound;

import dev.cress.wasm.guest.GuestRequest;

import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The trace that a run belongs to (W3C Trace Context): its request's, or one of its own, which is
/// not sampled.
///
/// @param parent the request's own `traceparent`, empty if it had none
/// @param state the request's `tracestate`, empty if it had none
record TraceContext(String parent, String traceId, String flags, String state) {
    private static final Pattern TRACEPARENT =
            Pattern.compile(
                    "(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}"
                            + "-([0-9a-f]{2})(?:-.*)?");

    private static final int SAMPLED = 1;

    static TraceContext of(GuestRequest request) {
        Optional<String> given = request.header("traceparent");
        if (given.isPresent()) {
            Matcher parts = TRACEPARENT.matcher(given.get());
            if (parts.matches()) {
                int flags = Integer.parseInt(parts.group(2), 16) & SAMPLED;
                return new TraceContext(
                        given.get(),
                        parts.group(1),
                        "0" + flags,
                        request.header("tracestate").orElse(""));
            }
        }
        return new TraceContext("", hex(random()) + hex(random()), "00", "");
    }

    /// Whether a guest that sends this speaks of a span of its own.
    boolean isOwnSpan(String traceparent) {
        return !traceparent.equals(parent) && TRACEPARENT.matcher(traceparent).matches();
    }

    /// A `traceparent` for one more request of this trace.
    String child() {
        return "00-%s-%s-%s".formatted(traceId, hex(random()), flags);
    }

    /// Never zero, which means none.
    private static long random() {
        return ThreadLocalRandom.current().nextLong() | 1;
    }

    private static String hex(long value) {
        return HexFormat.of().toHexDigits(value);
    }
}

package dev.cress.router;

import java.util.Locale;

/// How a request ended, for the metrics.
enum Outcome {
    /// The first node's answer.
    OK,
    /// A further node's answer.
    RETRIED,
    /// Nodes' `overloaded` or `unavailable`, after what retries were in it.
    REFUSED,
    /// Nobody could be reached, or nobody answered in time.
    NO_NODE,
    /// The node's answer broke off, and so did the client's.
    BROKEN_OFF,
    /// The client went away.
    CLIENT_GONE,
    /// The router's own refusal.
    REJECTED;

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}

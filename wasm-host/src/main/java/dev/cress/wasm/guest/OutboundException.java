package dev.cress.wasm.guest;

/// A guest's request to another host failed: ordinary, and the guest's to handle.
public final class OutboundException extends Exception {
    private static final long serialVersionUID = 1;

    private final Reason reason;

    /// Why.
    public enum Reason {
        /// The manifest doesn't grant it, or the address is one that no guest may reach.
        DENIED,
        /// It isn't a request that can be sent: its URL, method or header.
        INVALID,
        /// The run has sent as many as it may.
        TOO_MANY,
        /// A body or a head is over its limit.
        TOO_LARGE,
        /// The host's name has no address.
        UNKNOWN_HOST,
        /// No connection, or it broke.
        UNREACHABLE,
        /// The other side took too long.
        TIMED_OUT,
        /// The other side speaks no HTTP.
        PROTOCOL,
        /// The run is being stopped.
        STOPPED
    }

    public OutboundException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}

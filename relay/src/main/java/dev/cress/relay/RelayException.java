package dev.cress.relay;

/// A relay that can't be started or stopped; the message says what is in the way.
public final class RelayException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public RelayException(String message) {
        super(message);
    }

    public RelayException(String message, Throwable cause) {
        super(message, cause);
    }
}

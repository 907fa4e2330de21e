package dev.cress.router;

/// The router can't start: the message names the thing, the value and what to do.
public final class RouterException extends RuntimeException {
    private static final long serialVersionUID = 1;

    RouterException(String message) {
        super(message);
    }

    RouterException(String message, Throwable cause) {
        super(message, cause);
    }
}

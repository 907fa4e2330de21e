package dev.cress.control;

/// The control plane can't start. The message names what is in the way and what to do about it; it
/// is meant for whoever started it.
public final class ControlPlaneException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public ControlPlaneException(String message) {
        super(message);
    }

    public ControlPlaneException(String message, Throwable cause) {
        super(message, cause);
    }
}

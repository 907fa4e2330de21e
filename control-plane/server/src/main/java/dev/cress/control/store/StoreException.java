package dev.cress.control.store;

/// A fault of the store itself: nothing of what was asked is stored.
public final class StoreException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /// What is wrong, as far as somebody can act on it.
    public enum Kind {
        /// The disk, or what the store may take of it, is used up.
        FULL,
        /// The queue before the store's thread is full.
        BUSY,
        /// The file can't be used as it is: damaged, altered, or of a newer program.
        UNUSABLE,
        /// Anything else.
        FAILED
    }

    private final Kind kind;

    StoreException(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    StoreException(Kind kind, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }
}

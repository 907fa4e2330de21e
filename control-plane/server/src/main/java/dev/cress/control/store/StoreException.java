package dev.cress.control.store;

/// A fault of the store itself: nothing of what was asked is stored, unless the kind says that it
/// may be.
public final class StoreException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /// What is wrong, as far as somebody can act on it.
    public enum Kind {
        /// The disk, or what the store may take of it, is used up.
        FULL,
        /// The queue before the store's thread is full.
        BUSY,
        /// The store can't be used as it is: damaged, altered, unsafe, or of a newer program.
        UNUSABLE,
        /// The database can't be reached, or others were in the way for too long. May be tried
        /// again.
        AWAY,
        /// The database went away while it committed. What was asked may be stored or not.
        UNSURE,
        /// The lease under which this was to be done has run out.
        FENCED,
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

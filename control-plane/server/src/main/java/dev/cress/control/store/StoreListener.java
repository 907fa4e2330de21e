package dev.cress.control.store;

/// Who hears of what is durable, on the event loop.
public interface StoreListener {
    /// The next revision: it follows the one before.
    void committed(Revision revision);

    /// The log is no longer the one that was followed, or so far ahead that following it would cost
    /// more: this is all of it.
    void replaced(Image image);
}

package dev.cress.control.store;

import java.util.List;

/// Who hears of what is durable, on the event loop.
public interface StoreListener {
    /// The next revision: it follows the one before.
    void committed(Revision revision);

    /// The log is no longer the one that was followed, or so far ahead that following it would cost
    /// more: this is all of it.
    void replaced(Image image);

    /// Tokens changed: these are all.
    void tokens(List<StoredToken> all);

    /// Members or signing keys changed: these are all.
    void members(List<StoredMember> all, StoredKeys keys);

    /// Secrets changed.
    void secrets();

    /// Nodes changed that other servers have, or other servers did.
    void fleet(FleetNews news);
}

package dev.cress.control.trust;

import dev.cress.control.store.StoredKeys;
import dev.cress.identity.SigningKey;

import org.jspecify.annotations.Nullable;

/// The keys with which the fleet signs, as they are made.
public enum FleetKeys {
    ;

    /// One for which nobody vouches.
    public static StoredKeys.Key first() {
        return stored(null);
    }

    /// The next, for which this one vouches.
    public static StoredKeys.Key after(StoredKeys.Key before) {
        return stored(new SigningKey(before.announced(), before.secret()));
    }

    private static StoredKeys.Key stored(@Nullable SigningKey before) {
        var made = SigningKey.fresh(before);
        return new StoredKeys.Key(made.announced(), made.secret(), 0);
    }
}

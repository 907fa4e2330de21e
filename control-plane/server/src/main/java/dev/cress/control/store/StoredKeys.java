package dev.cress.control.store;

import dev.cress.contract.AnnouncedKey;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/// The keys with which the fleet signs what it tells nodes, oldest first: the last one signs.
public record StoredKeys(List<Key> keys) {
    /// Keys that count at once.
    static final int KEYS_MAX = 20;

    public StoredKeys {
        keys = List.copyOf(keys);
    }

    /// One of them.
    ///
    /// @param secret its private half, empty once another key signs
    /// @param endsAtMs until when nodes are told that it counts, ms since the epoch; 0 for the one
    ///     that signs
    public record Key(AnnouncedKey announced, String secret, long endsAtMs) {
        @Override
        public String toString() {
            return "Key[" + announced.key().id() + "]";
        }
    }

    /// The one that signs.
    public Key last() {
        return keys.getLast();
    }

    /// With another one that signs; those whose time is over are left out.
    StoredKeys rotated(UnaryOperator<Key> next, long nowMs) {
        var all = new ArrayList<Key>();
        for (Key each : keys) {
            if (each.equals(last())) {
                long endsMs = nowMs + Membership.KEYS_OVERLAP.toMillis();
                all.add(new Key(each.announced(), "", endsMs));
            } else if (each.endsAtMs() > nowMs) {
                all.add(each);
            }
        }
        if (all.size() >= KEYS_MAX) {
            throw Refusal.conflict(
                    "too-many-keys",
                    "Too many keys",
                    "%d keys still count, at most %d".formatted(all.size(), KEYS_MAX));
        }
        all.add(next.apply(last()));
        return new StoredKeys(all);
    }

    /// What nodes are told at a time, in ms since the epoch.
    public List<AnnouncedKey> announced(long nowMs) {
        return keys.stream()
                .filter(key -> key.endsAtMs() == 0 || key.endsAtMs() > nowMs)
                .map(Key::announced)
                .toList();
    }
}

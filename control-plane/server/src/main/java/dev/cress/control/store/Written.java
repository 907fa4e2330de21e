package dev.cress.control.store;

import org.jspecify.annotations.Nullable;

/// What a transaction answers, and the revision that it made, if it made one.
record Written<T>(T value, @Nullable Revision revision) {
    static <T> Written<T> unchanged(T value) {
        return new Written<>(value, null);
    }
}

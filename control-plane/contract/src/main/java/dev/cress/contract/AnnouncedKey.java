package dev.cress.contract;

import java.util.Objects;

/// A key with which a control plane signs, and the word of the key before it that it is one.
///
/// @param by the id of the key before, empty for the first
/// @param signature of that one over this one's id and public half, in base64, empty for the first
public record AnnouncedKey(VerifyingKey key, String by, String signature) {
    public AnnouncedKey {
        Objects.requireNonNull(key, "key");
        Objects.requireNonNull(by, "by");
        Objects.requireNonNull(signature, "signature");
    }
}

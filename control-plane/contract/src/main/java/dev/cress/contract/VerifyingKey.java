package dev.cress.contract;

import java.util.Objects;

/// The public half of a key with which a control plane signs what it tells nodes.
///
/// @param id the first 16 hex digits of the SHA-256 of the key
/// @param publicKey Ed25519 (RFC 8410), X.509-encoded, in base64
public record VerifyingKey(String id, String publicKey) {
    public VerifyingKey {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(publicKey, "public_key");
    }
}

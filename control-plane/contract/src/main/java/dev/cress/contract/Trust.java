package dev.cress.contract;

import com.fasterxml.jackson.annotation.JsonCreator;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// By what a control plane is known.
///
/// @param authority the SHA-256 of a certificate that ends its TLS chain, or null if that is one
///     which every JDK trusts
/// @param keys with which it signs, oldest first
public record Trust(@Nullable Sha256 authority, List<VerifyingKey> keys) {
    @JsonCreator
    public Trust {
        keys = keys == null ? List.of() : List.copyOf(keys);
    }
}

package dev.cress.control.store;

import dev.cress.contract.Sha256;

/// A bearer token without its secret.
///
/// @param id names it in lists and when it is revoked
/// @param hash of the secret, which nobody keeps
public record StoredToken(String id, Sha256 hash, String name, Scope scope, long createdAtMs) {}

package dev.cress.control.store;

import dev.cress.contract.Sha256;

/// A bearer token without its secret.
///
/// @param id names it in lists and when it is revoked
/// @param hash of the secret, which nobody keeps
/// @param tenant whose it is, empty for one of the fleet
/// @param expiresAtMs ms since the epoch, 0 for one that doesn't
/// @param lastUsedMs ms since the epoch, as far as it is stored, 0 if it wasn't used
public record StoredToken(
        String id,
        Sha256 hash,
        String name,
        Scope scope,
        String tenant,
        long createdAtMs,
        long expiresAtMs,
        long lastUsedMs) {
    /// One of the fleet, for good.
    public StoredToken(String id, Sha256 hash, String name, Scope scope, long createdAtMs) {
        this(id, hash, name, scope, "", createdAtMs, 0, 0);
    }

    /// Whether it is over by then.
    public boolean isExpired(long nowMs) {
        return expiresAtMs != 0 && nowMs >= expiresAtMs;
    }
}

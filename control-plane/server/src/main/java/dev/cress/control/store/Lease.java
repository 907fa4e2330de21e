package dev.cress.control.store;

/// A piece of work that one server has for itself until a moment of the database's clock.
///
/// @param holder the server's id
/// @param token rises with each lease of this name, so that a former holder is told from this one
/// @param expiresMs ms since the epoch, on the database's clock
public record Lease(String name, String holder, long token, long expiresMs) {}

package dev.cress.control.store;

/// A certificate that was made.
///
/// @param serial in hex
/// @param endsAtMs when it runs out, ms since the epoch
/// @param pem it and its authority's
public record Issued(String serial, long endsAtMs, String pem) {}

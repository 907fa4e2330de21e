package dev.cress.contract;

/// A name under which a version was pushed with a registry tool; the last push of it wins.
///
/// @param version what it names
/// @param sha256 of the manifest that was pushed
/// @param pushedAtMs when, ms since the epoch
public record Tag(String name, int version, Sha256 sha256, long pushedAtMs) {}

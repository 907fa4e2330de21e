package dev.cress.contract;

import java.util.Objects;

/// The files that a version brings: one uploaded archive.
///
/// @param sha256 the archive's name
/// @param bytes the archive's size
/// @param serve whether the node answers `GET` and `HEAD` of a file's path by itself, before the
///     guest is asked
public record Bundle(Sha256 sha256, long bytes, boolean serve) {
    public Bundle {
        Objects.requireNonNull(sha256, "sha256");
    }
}

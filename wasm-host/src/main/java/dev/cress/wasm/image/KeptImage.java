package dev.cress.wasm.image;

import java.nio.file.Path;

/// An image in a file, as another host may take it. The file may be replaced or deleted at any
/// time: what is read of it counts only with this digest.
///
/// @param file the image is its first so many bytes
/// @param bytes how many
/// @param sha256 of these, in hexadecimal
public record KeptImage(Path file, long bytes, String sha256) {}

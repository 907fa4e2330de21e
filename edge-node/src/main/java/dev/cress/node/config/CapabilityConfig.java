package dev.cress.node.config;

import java.nio.file.Path;
import java.util.Optional;

/// What a node's operator gives its guests to ask for.
///
/// @param secrets the folder that holds the secrets' values, `FUNCTION/NAME` one file each
public record CapabilityConfig(Optional<Path> secrets) {
    public static final CapabilityConfig NONE = new CapabilityConfig(Optional.empty());
}

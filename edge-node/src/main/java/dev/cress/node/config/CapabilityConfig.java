package dev.cress.node.config;

import java.nio.file.Path;
import java.util.Optional;

/// What a node's operator gives its guests to ask for.
///
/// @param secrets the folder that holds the secrets' values, `FUNCTION/NAME` one file each
/// @param outbound requests to other hosts
public record CapabilityConfig(Optional<Path> secrets, OutboundConfig outbound) {
    public static final CapabilityConfig NONE =
            new CapabilityConfig(Optional.empty(), OutboundConfig.DEFAULT);
}

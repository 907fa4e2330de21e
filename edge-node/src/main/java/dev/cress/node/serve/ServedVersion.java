package dev.cress.node.serve;

import dev.cress.contract.Version;
import dev.cress.wasm.Image;
import dev.cress.wasm.guest.RunLimits;

/// A version that is staged here: what it takes to run it.
///
/// @param limits the manifest's, capped by the node's own
public record ServedVersion(Version version, Image image, RunLimits limits) {}

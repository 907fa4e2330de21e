package dev.cress.node.serve;

import dev.cress.contract.Bundle;
import dev.cress.contract.Version;
import dev.cress.node.assets.AssetFiles;
import dev.cress.wasm.Isolates;
import dev.cress.wasm.guest.RunLimits;

import java.util.Optional;

/// A version that is staged here: what it takes to run it.
///
/// @param isolates that nobody else's requests run on
/// @param limits the manifest's, capped by the node's own
/// @param assets the files that it brings, if it brings any
public record ServedVersion(
        Version version, Isolates isolates, RunLimits limits, Optional<AssetFiles> assets)
        implements AutoCloseable {
    /// One that brings no files.
    public ServedVersion(Version version, Isolates isolates, RunLimits limits) {
        this(version, isolates, limits, Optional.empty());
    }

    /// The files that clients get without its guest.
    Optional<AssetFiles> servedFiles() {
        Bundle bundle = version.manifest().assets();
        return bundle != null && bundle.serve() ? assets : Optional.empty();
    }

    /// Gives its isolates back; runs under way go on.
    @Override
    public void close() {
        isolates.close();
    }
}

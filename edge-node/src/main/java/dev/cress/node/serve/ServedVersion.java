package dev.cress.node.serve;

import dev.cress.contract.Bundle;
import dev.cress.contract.Version;
import dev.cress.node.assets.AssetFiles;
import dev.cress.wasm.Filter;
import dev.cress.wasm.Isolates;
import dev.cress.wasm.guest.RunLimits;

import java.util.List;
import java.util.Optional;

/// A version that is staged here: what it takes to run it.
///
/// @param isolates that nobody else's requests run on
/// @param limits the manifest's, capped by the node's own
/// @param assets the files that it brings, if it brings any
/// @param filters what stands in front of its guest, with isolates of their own
public record ServedVersion(
        Version version,
        Isolates isolates,
        RunLimits limits,
        Optional<AssetFiles> assets,
        List<Filter> filters)
        implements AutoCloseable {
    public ServedVersion {
        filters = List.copyOf(filters);
    }

    /// One that brings no files and has no filters.
    public ServedVersion(Version version, Isolates isolates, RunLimits limits) {
        this(version, isolates, limits, Optional.empty(), List.of());
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
        filters.forEach(filter -> filter.isolates().close());
    }
}

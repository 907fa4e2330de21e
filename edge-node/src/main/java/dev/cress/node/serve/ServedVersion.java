package dev.cress.node.serve;

import dev.cress.contract.Version;
import dev.cress.wasm.Isolates;
import dev.cress.wasm.guest.RunLimits;

/// A version that is staged here: what it takes to run it.
///
/// @param isolates that nobody else's requests run on
/// @param limits the manifest's, capped by the node's own
public record ServedVersion(Version version, Isolates isolates, RunLimits limits)
        implements AutoCloseable {
    /// Gives its isolates back; runs under way go on.
    @Override
    public void close() {
        isolates.close();
    }
}

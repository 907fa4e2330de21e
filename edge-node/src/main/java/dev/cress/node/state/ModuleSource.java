package dev.cress.node.state;

import dev.cress.contract.Version;

import java.io.IOException;

/// Where a node gets modules that it doesn't have: the control plane, or in tests a folder.
public interface ModuleSource {
    /// The module's bytes, as many as the version says; what they are is checked by the caller.
    /// Blocks.
    byte[] fetch(Version version) throws IOException, InterruptedException;
}

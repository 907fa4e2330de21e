package dev.cress.node.state;

import dev.cress.contract.Bundle;
import dev.cress.contract.Version;

import java.io.IOException;
import java.nio.file.Path;

/// Where a node gets modules and files that it doesn't have: the control plane, or in tests a
/// folder.
public interface ModuleSource {
    /// The module's bytes, as many as the version says; what they are is checked by the caller.
    /// Blocks.
    byte[] fetch(Version version) throws IOException, InterruptedException;

    /// Writes the archive of a version's files, as many bytes as it says, in place of what is
    /// there; what they are is checked by the caller. Blocks.
    default void fetch(Bundle bundle, Path into) throws IOException, InterruptedException {
        throw new IOException("there are no files here: %s".formatted(bundle.sha256().shortHex()));
    }
}

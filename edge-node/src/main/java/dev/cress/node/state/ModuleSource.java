package dev.cress.node.state;

import dev.cress.contract.Bundle;
import dev.cress.contract.Sha256;
import dev.cress.wasm.guest.Wanted;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/// Where a node gets modules and files that it doesn't have: the control plane, or in tests a
/// folder. What it fails to get whole it may leave there in part, and go on with next time.
public interface ModuleSource {
    /// Writes the module's bytes, as many as are expected; what they are is checked by the caller.
    /// Blocks.
    void fetch(Sha256 module, long bytes, Path into) throws IOException, InterruptedException;

    /// Writes the archive of a version's files, as many bytes as it says; what they are is checked
    /// by the caller. Blocks.
    default void fetch(Bundle bundle, Path into) throws IOException, InterruptedException {
        throw new IOException("there are no files here: %s".formatted(bundle.sha256().shortHex()));
    }

    /// An image that somebody prepared for nodes of this build, and for which the control plane
    /// vouches.
    interface Prepared {
        /// Its file, the caller's now; empty if it can't be had. Blocks.
        ///
        /// @param folder where it arrives, and nothing else is
        Optional<Path> fetch(Path folder) throws InterruptedException;
    }

    /// The image of this module, once it is prepared. Empty if there is none. Blocks, and may be
    /// called by several threads.
    default Optional<Prepared> prepared(Sha256 module, Wanted wanted) throws InterruptedException {
        return Optional.empty();
    }

    /// Says of an image that came from here that it can't be loaded.
    default void imageRefused(Sha256 module, String why) {}
}

package dev.cress.control.module;

import dev.cress.contract.Sha256;

import java.nio.file.Path;
import java.util.Optional;

/// Images that modules were prepared to, in files: derived data, which may be gone at any time and
/// be prepared again. Blocks; called on several threads at once.
public interface KeptImages {
    /// What an image is of, and how it is prepared.
    ///
    /// @param abi `auto`, or the entry convention's name
    /// @param snapshot whether requests begin with what initialisation came to in any case
    record Asked(Sha256 module, String abi, boolean snapshot) {}

    /// An image: the first bytes of a file, as long as it is there and is the same.
    record Kept(Path file, long bytes, Sha256 sha256) {}

    /// Which nodes they fit: those that say the same.
    String build();

    /// The image, if it is kept.
    Optional<Kept> find(Asked asked);

    /// Prepares the module in this file and keeps its image, if it can be kept.
    ///
    /// @throws RefusedModule if no node could run it so
    void prepare(Path module, Asked asked) throws RefusedModule;
}

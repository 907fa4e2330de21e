package dev.cress.control.module;

import java.nio.file.Path;
import java.util.Optional;

/// Checks an uploaded module the whole way: scan, parse, validate, ABI check, compile. The bytes
/// are hostile. Called on a thread of its own, on several at once; it may take its time but has to
/// end.
public interface ModulePreparer {
    /// Checks the module in this file, which is gone after the call.
    ///
    /// @param abi the ABI that it is meant for, or `auto`
    /// @return the ABI that it is for; with `auto` the one that its imports and exports show
    /// @throws RefusedModule if no node could run it
    String prepare(Path module, String abi) throws RefusedModule;

    /// The images that come of it, if they are kept for nodes.
    default Optional<KeptImages> images() {
        return Optional.empty();
    }
}

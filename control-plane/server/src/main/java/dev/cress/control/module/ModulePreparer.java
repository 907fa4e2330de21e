package dev.cress.control.module;

import java.nio.file.Path;

/// Checks an uploaded module the whole way: scan, parse, validate, ABI check, compile. The bytes
/// are hostile. Called on a thread of its own, on several at once; it may take its time but has to
/// end.
public interface ModulePreparer {
    /// Checks the module in this file, which is gone after the call.
    ///
    /// @return the ABI that its imports and exports show, `wasi-cgi`
    /// @throws RefusedModule if no node could run it
    String prepare(Path module) throws RefusedModule;
}

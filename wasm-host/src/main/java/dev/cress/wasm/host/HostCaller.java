package dev.cress.wasm.host;

/// Makes host calls as a guest would.
public interface HostCaller {
    /// Returns what the call returned, or 0 if it has no result or ended the guest.
    ///
    /// @param arguments as the engine has them
    long call(String module, String name, long... arguments);
}

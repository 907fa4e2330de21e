package dev.cress.contract;

import java.util.Objects;

/// An immutable version of a function: a module and a manifest.
///
/// @param number 1, 2, 3 … per function
/// @param module the module's name
/// @param moduleBytes the module's size in bytes
/// @param createdAtMs ms since the epoch, by the control plane's clock
public record Version(
        int number, Sha256 module, long moduleBytes, Manifest manifest, long createdAtMs) {
    public Version {
        Objects.requireNonNull(module, "module");
        Objects.requireNonNull(manifest, "manifest");
    }
}

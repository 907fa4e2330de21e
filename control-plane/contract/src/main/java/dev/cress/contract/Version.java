package dev.cress.contract;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;

import java.util.Objects;

/// An immutable version of a function: a module and a manifest.
///
/// @param number 1, 2, 3 … per function
/// @param module the module's name
/// @param moduleBytes the module's size in bytes
/// @param createdAtMs ms since the epoch, by the control plane's clock
/// @param collected whether its module, or something else that it needs, is no longer stored: it
///     can be deployed once that was uploaded again. Left out where it isn't so, as it is of all
///     that nodes hear of
public record Version(
        int number,
        Sha256 module,
        long moduleBytes,
        Manifest manifest,
        long createdAtMs,
        @JsonInclude(Include.NON_DEFAULT) boolean collected) {
    @JsonCreator
    public Version {
        Objects.requireNonNull(module, "module");
        Objects.requireNonNull(manifest, "manifest");
    }

    /// One that is stored with all that it needs.
    public Version(
            int number, Sha256 module, long moduleBytes, Manifest manifest, long createdAtMs) {
        this(number, module, moduleBytes, manifest, createdAtMs, false);
    }

    /// Whether nodes of this region have it, once it is deployed.
    public boolean isIn(String region) {
        return manifest.placement().in(region);
    }
}

package dev.cress.contract;

import java.util.Map;
import java.util.Objects;

/// A module that stands in front of a version's own: it sees each request before it, and each
/// response after it, and may answer itself. The version's limits and grants are its own too.
///
/// @param module the module's name; its entry convention is [#ABI]
/// @param bytes the module's size
/// @param config what its guest gets for `get_config`, under the rules of [Manifest#config()]
public record Filter(Sha256 module, long bytes, Map<String, String> config) {
    /// The entry convention that a filter has.
    public static final String ABI = "http-wasm";

    public Filter {
        Objects.requireNonNull(module, "module");
        config = config == null ? Map.of() : Map.copyOf(config);
        ConfigRules.check("filter config", config);
    }

    /// For a line of output.
    @Override
    public String toString() {
        return config.isEmpty() ? module.shortHex() : "%s %s".formatted(module.shortHex(), config);
    }
}

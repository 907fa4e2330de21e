package dev.cress.wasm;

import java.util.Map;

/// A guest that stands in front of a function in its runs.
///
/// @param isolates of an image that can be a filter: its ABI is `http-wasm`
/// @param config what it finds as such instead of the function's
public record Filter(Isolates isolates, Map<String, String> config) {
    /// How many may stand in front of a function. Each waits on the stack for those behind it.
    public static final int MAX = 8;

    public Filter {
        config = Map.copyOf(config);
    }
}

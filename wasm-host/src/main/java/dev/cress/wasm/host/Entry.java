package dev.cress.wasm.host;

import run.endive.wasm.types.FunctionType;

/// A function that an entry convention calls.
///
/// @param name under which the module exports it
public record Entry(String name, FunctionType type) {
    /// @param parameters `i` for i32, `I` for i64
    /// @param results the same
    public Entry(String name, String parameters, String results) {
        this(name, FunctionType.of(HostCalls.types(parameters), HostCalls.types(results)));
    }
}

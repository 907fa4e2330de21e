package dev.cress.wasm.host;

import run.endive.wasm.types.FunctionType;

/// A function that an entry convention calls.
///
/// @param name under which the module exports it
/// @param parameters `i` for i32, `I` for i64
/// @param results the same
public record Entry(String name, String parameters, String results) {
    /// As the engine has it.
    public FunctionType type() {
        return FunctionType.of(HostCalls.types(parameters), HostCalls.types(results));
    }
}

package dev.cress.wasm.code;

/// A function that doesn't fit a method of the JVM.
public final class FunctionTooLargeException extends Exception {
    private static final long serialVersionUID = 1;

    private final int function;

    FunctionTooLargeException(int function, Throwable cause) {
        super("function %d is too large to compile".formatted(function), cause);
        this.function = function;
    }

    /// Its index, imported ones counted.
    public int function() {
        return function;
    }
}

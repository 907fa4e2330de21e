package dev.cress.wasm.guest;

/// How much a line of a guest's log matters, least first. A line without a level, as standard error
/// has them, is [#INFO].
public enum LogLevel {
    TRACE,
    DEBUG,
    INFO,
    WARN,
    ERROR;

    public boolean isAtLeast(LogLevel other) {
        return compareTo(other) >= 0;
    }
}

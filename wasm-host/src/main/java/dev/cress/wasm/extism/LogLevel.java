package dev.cress.wasm.extism;

/// How much a line of a plug-in's log matters.
enum LogLevel {
    TRACE(0, "trace"),
    DEBUG(1, "debug"),
    INFO(2, "info"),
    WARN(3, "warn"),
    ERROR(4, "error");

    private final int number;
    private final String text;

    LogLevel(int number, String text) {
        this.number = number;
        this.text = text;
    }

    /// The one of this name, or else `info`.
    static LogLevel named(String text) {
        for (LogLevel level : values()) {
            if (level.text.equalsIgnoreCase(text)) {
                return level;
            }
        }
        return INFO;
    }

    /// As the ABI has it.
    int number() {
        return number;
    }

    boolean isAtLeast(LogLevel other) {
        return number >= other.number;
    }

    String text() {
        return text;
    }
}

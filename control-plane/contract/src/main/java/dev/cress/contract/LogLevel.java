package dev.cress.contract;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/// How much a line of a function's log matters, least first, as OpenTelemetry and slf4j call it.
public enum LogLevel {
    TRACE,
    DEBUG,
    INFO,
    WARN,
    ERROR;

    /// As people write it: `info`.
    @JsonValue
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// The level of this name. A [ContractException] lists those that there are.
    @JsonCreator
    public static LogLevel of(String text) {
        return named(text)
                .orElseThrow(
                        () ->
                                new ContractException(
                                        "invalid-level",
                                        "log level '%s' is not known: use %s"
                                                .formatted(text, known())));
    }

    /// The level of this name, if there is one.
    public static Optional<LogLevel> named(String text) {
        return Arrays.stream(values()).filter(level -> level.text().equals(text)).findFirst();
    }

    private static String known() {
        return Arrays.stream(values()).map(LogLevel::text).collect(Collectors.joining(", "));
    }

    public boolean isAtLeast(LogLevel other) {
        return compareTo(other) >= 0;
    }
}

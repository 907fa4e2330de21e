package dev.cress.contract;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// One line that a guest wrote to its function's log, or its node on its behalf.
///
/// @param level what the guest says of it; `info` where its interface has no levels
/// @param text without the line's end
public record LogLine(LogLevel level, String text) {
    /// Reads what a peer of another build wrote: a level that isn't known here is `info`.
    @JsonCreator
    static LogLine read(
            @JsonProperty("level") @Nullable String level,
            @JsonProperty("text") @Nullable String text) {
        LogLevel known =
                level == null ? LogLevel.INFO : LogLevel.named(level).orElse(LogLevel.INFO);
        return new LogLine(known, text == null ? "" : text);
    }

    /// The lines of a text, all of this level.
    public static List<LogLine> of(LogLevel level, String text) {
        return text.lines().map(line -> new LogLine(level, line)).toList();
    }
}

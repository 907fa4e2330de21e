package dev.cress.contract;

import com.fasterxml.jackson.annotation.JsonCreator;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Optional;

/// One request as the function's owner sees it in the log.
///
/// @param atMs when the guest ended, ms since the epoch, by the node's clock
/// @param status what the client got, 0 if it had gone
/// @param outcome [#OK], or the error code of [ErrorCode], or [#ABANDONED] if the client had gone;
///     in an entry that stands for what was left out, [#DROPPED]
/// @param detail why, in words, with the limit; empty when it is `ok` or `abandoned`
/// @param guestUs from the guest's first instruction to its end, µs
/// @param cpuUs CPU time of the guest, µs
/// @param stderr the lines as one text: builds before know no other form, and who reads from one
///     finds it as lines of `info`
/// @param lines what was logged, cut at the log limit
public record LogEntry(
        long atMs,
        String node,
        FunctionName function,
        int version,
        String requestId,
        String method,
        String path,
        int status,
        String outcome,
        String detail,
        long guestUs,
        long cpuUs,
        @Nullable String stderr,
        List<LogLine> lines) {
    public static final String OK = "ok";
    public static final String ABANDONED = "abandoned";
    public static final String DROPPED = "dropped";

    @JsonCreator
    public LogEntry {
        if (lines == null) {
            lines = stderr == null ? List.of() : LogLine.of(LogLevel.INFO, stderr);
        }
        lines = List.copyOf(lines);
        stderr = null;
    }

    public LogEntry(
            long atMs,
            String node,
            FunctionName function,
            int version,
            String requestId,
            String method,
            String path,
            int status,
            String outcome,
            String detail,
            long guestUs,
            long cpuUs,
            List<LogLine> lines) {
        this(
                atMs, node, function, version, requestId, method, path, status, outcome, detail,
                guestUs, cpuUs, null, lines);
    }

    /// An entry that says what was left out of the log.
    public static LogEntry dropped(long atMs, String node, FunctionName function, String what) {
        return new LogEntry(atMs, node, function, 0, "", "", "", 0, DROPPED, what, 0, 0, List.of());
    }

    /// Put together when it is asked for: kept, it would be the lines a second time.
    @Override
    public String stderr() {
        var text = new StringBuilder();
        lines.forEach(line -> text.append(line.text()).append('\n'));
        return text.toString();
    }

    /// The same with other lines.
    ///
    /// @param why the detail
    public LogEntry with(String why, List<LogLine> others) {
        return new LogEntry(
                atMs, node, function, version, requestId, method, path, status, outcome, why,
                guestUs, cpuUs, others);
    }

    /// How much it matters how the request ended.
    private LogLevel level() {
        return switch (outcome) {
            case OK, ABANDONED -> LogLevel.INFO;
            case DROPPED -> LogLevel.WARN;
            default -> LogLevel.ERROR;
        };
    }

    /// What is left for somebody who reads from this level on: lines of that level and above, and
    /// the entry itself if it has any, or if how the request ended is of that level: a failure is
    /// `error`, what was left out `warn`, all else `info`.
    public Optional<LogEntry> from(LogLevel least) {
        List<LogLine> left = lines.stream().filter(l -> l.level().isAtLeast(least)).toList();
        if (left.isEmpty() && !level().isAtLeast(least)) {
            return Optional.empty();
        }
        return Optional.of(left.size() == lines.size() ? this : with(detail, left));
    }
}

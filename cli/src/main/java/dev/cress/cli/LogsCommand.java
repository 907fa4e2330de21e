package dev.cress.cli;

import dev.cress.contract.ContractException;
import dev.cress.contract.FunctionName;
import dev.cress.contract.Json;
import dev.cress.contract.LogEntry;
import dev.cress.contract.LogLevel;
import dev.cress.contract.LogLine;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;

/// `cress logs`.
@Command(
        name = "logs",
        description = {
            "Shows a function's requests from all connected nodes: how each ended, its limit, its"
                    + " id, and what",
            "the function logged, each line behind its level."
        },
        mixinStandardHelpOptions = true)
final class LogsCommand implements Callable<Integer> {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("HH:mm:ss.SSS", Locale.ROOT).withZone(ZoneOffset.UTC);

    @Mixin private ControlOptions control;
    @Mixin private Output output;

    @Parameters(paramLabel = "NAME", description = "The function.")
    private String name;

    @Option(
            names = {"-f", "--follow"},
            description = "Go on with what comes, until Ctrl-C.")
    private boolean follow;

    @Option(
            names = {"-n", "--lines"},
            defaultValue = "20",
            paramLabel = "N",
            description =
                    "How many past requests, with -f of each node, 0 to 200 (default:"
                            + " ${DEFAULT-VALUE}).")
    private int backlog;

    @Option(
            names = "--level",
            defaultValue = "trace",
            paramLabel = "LEVEL",
            description = {
                "Only lines of this level and above, and the requests that have any or failed:"
                        + " trace, debug, info,",
                "warn or error (default: ${DEFAULT-VALUE})."
            })
    private String level;

    @Override
    public Integer call() {
        if (backlog < 0 || backlog > 200) {
            throw new CliException(
                    "--lines %d is out of range: 0 to 200".formatted(backlog), ExitCode.USAGE);
        }
        LogLevel least = level();
        try (var lines =
                new BufferedReader(
                        new InputStreamReader(
                                control.client()
                                        .logs(new FunctionName(name), backlog, follow, least),
                                StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (!line.isBlank()) {
                    show(line, least);
                }
            }
            return ExitCode.OK;
        } catch (IOException e) {
            throw new CliException("the log broke off: " + e.getMessage());
        }
    }

    private LogLevel level() {
        try {
            return LogLevel.of(level);
        } catch (ContractException e) {
            throw new CliException("--level: " + e.getMessage(), ExitCode.USAGE);
        }
    }

    /// A control plane of the build before sends lines of every level.
    private void show(String line, LogLevel least) throws IOException {
        LogEntry entry = Json.LENIENT.readValue(line, LogEntry.class);
        LogEntry shown = entry.from(least).orElse(null);
        if (shown == null) {
            return;
        }
        if (output.isJson()) {
            output.line(shown.equals(entry) ? line : Json.write(shown));
        } else {
            text(shown).forEach(output::line);
        }
    }

    private static List<String> text(LogEntry entry) {
        if (entry.outcome().equals(LogEntry.DROPPED)) {
            return List.of(
                    "%s %s dropped: %s"
                            .formatted(
                                    TIME.format(Instant.ofEpochMilli(entry.atMs())),
                                    entry.node(),
                                    printable(entry.detail())));
        }
        List<String> lines = new ArrayList<>();
        lines.add(
                "%s %s v%d %s %s %d %s %.1f ms (cpu %.1f ms) %s"
                        .formatted(
                                TIME.format(Instant.ofEpochMilli(entry.atMs())),
                                entry.node(),
                                entry.version(),
                                entry.method(),
                                printable(entry.path()),
                                entry.status(),
                                entry.outcome(),
                                entry.guestUs() / 1e3,
                                entry.cpuUs() / 1e3,
                                entry.requestId()));
        if (!entry.detail().isEmpty()) {
            lines.add("    " + printable(entry.detail()));
        }
        for (LogLine line : entry.lines()) {
            lines.add("  %5s | %s".formatted(line.level().text(), printable(line.text())));
        }
        return lines;
    }

    /// Control characters come from guests and clients and must not move anybody's cursor.
    private static String printable(String text) {
        var shown = new StringBuilder(text.length());
        text.codePoints()
                .forEach(
                        c ->
                                shown.appendCodePoint(
                                        Character.isISOControl(c) && c != '\t' ? '?' : c));
        return shown.toString();
    }
}

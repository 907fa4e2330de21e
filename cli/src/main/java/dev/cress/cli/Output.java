package dev.cress.cli;

import dev.cress.contract.Api;
import dev.cress.contract.Json;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/// How a command speaks: its result on standard output, as text or as one JSON value; messages and
/// progress on standard error.
final class Output {
    enum Format {
        TEXT,
        JSON
    }

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            defaultValue = "text",
            description = "How the result is printed: ${COMPLETION-CANDIDATES} (default: text).")
    private Format format = Format.TEXT;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    boolean isJson() {
        return format == Format.JSON;
    }

    /// Prints the result: this value as JSON, or these lines as text.
    void result(Object value, List<String> lines) {
        PrintWriter out = spec.commandLine().getOut();
        if (isJson()) {
            out.println(Json.write(value));
        } else {
            lines.forEach(out::println);
        }
    }

    void line(String line) {
        spec.commandLine().getOut().println(line);
    }

    /// Says something that isn't the result.
    void say(String message) {
        spec.commandLine().getErr().println(message);
    }

    /// Prints a list as the result, as text in columns.
    <T> void list(List<T> items, List<String> heading, Function<T, List<String>> cells) {
        result(new Api.Page<>(items), table(heading, items, cells));
    }

    /// Items in columns of equal width, below a heading.
    static <T> List<String> table(
            List<String> heading, List<T> items, Function<T, List<String>> cells) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(heading);
        items.forEach(item -> rows.add(cells.apply(item)));
        int columns = heading.size();
        int[] widths = new int[columns];
        for (List<String> row : rows) {
            for (int i = 0; i < columns; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        List<String> lines = new ArrayList<>();
        for (List<String> row : rows) {
            var line = new StringBuilder();
            for (int i = 0; i < columns; i++) {
                line.append(row.get(i)).append(" ".repeat(widths[i] - row.get(i).length() + 2));
            }
            lines.add(line.toString().stripTrailing());
        }
        return lines;
    }
}

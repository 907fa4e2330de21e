package dev.cress.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;

/// Compares sizes of granules, and kinds of marks. The size is the product's own, given to a JVM
/// per size, which runs guests that write much: [GranuleGuests]. The kinds are loops as the
/// product's, written again for each kind: [MarkLoops].
final class GranuleQuestion implements Question {
    private static final List<Integer> SHIFTS = List.of(10, 11, 12, 13, 14);
    private static final int USUAL_SHIFT = 12;

    @Override
    public String name() {
        return "granule";
    }

    @Override
    public String text() {
        return "which granules and marks cost least as guests write and as they are reset?";
    }

    @Override
    public void answer(Effort effort, PrintStream progress, Consumer<Line> lines)
            throws IOException, InterruptedException {
        boolean full = effort == Effort.FULL;
        for (int shift : full ? SHIFTS : List.of(USUAL_SHIFT)) {
            progress.println("granules of %d bytes".formatted(1 << shift));
            child(GranuleGuests.class, shift, effort, "", lines);
            child(MarkLoops.class, shift, effort, MarkLoops.OWN, lines);
        }
        for (String kind : MarkLoops.COPIES) {
            progress.println("marks as " + kind);
            child(MarkLoops.class, USUAL_SHIFT, effort, kind, lines);
        }
    }

    private void child(Class<?> main, int shift, Effort effort, String kind, Consumer<Line> lines)
            throws IOException, InterruptedException {
        List<String> flags = List.of("-Dcress.memory.granule.shift=" + shift);
        String bytes = Integer.toString(1 << shift);
        Process child =
                new ProcessBuilder(
                                ServerProcess.java(
                                        flags, main.getName(), effort.name(), bytes, kind))
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        try (var out =
                new BufferedReader(
                        new InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8))) {
            for (String said = out.readLine(); said != null; said = out.readLine()) {
                Line line = Line.of(name()).with("bytes", bytes);
                for (String pair : said.split(" ", -1)) {
                    String[] keyAndValue = pair.split("=", 2);
                    line = line.with(keyAndValue[0], keyAndValue[1]);
                }
                lines.accept(line);
            }
        } finally {
            child.destroyForcibly();
        }
        int exitCode = child.waitFor();
        if (exitCode != 0) {
            throw new IOException("%s ended with %d".formatted(main.getName(), exitCode));
        }
    }
}

package dev.cress.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import org.junit.jupiter.api.Test;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// A round or two of what is run for long before a release.
final class CrashTest {
    private static final String NOTHING_LOST =
            " rounds=1 answered=[1-9][0-9]* control_killed=[01] node_killed=[01] lost=0 wrong=0";

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private List<String> run(String name) {
        int exitCode =
                Bench.run(
                        List.of(name, "--quick"),
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8));
        assertThat(exitCode).as(err.toString(StandardCharsets.UTF_8)).isZero();
        return out.toString(StandardCharsets.UTF_8).lines().toList();
    }

    @Test
    void whatWasAnsweredOutlivesAKillOnBothEngines() {
        List<String> lines = run("crash");
        assertThat(lines).hasSize(2);
        assertThat(lines.getFirst()).matches("crash engine=sqlite" + NOTHING_LOST);
        assertThat(lines.getLast()).matches("crash engine=postgres" + NOTHING_LOST);
    }

    @Test
    void whatWasAnsweredOutlivesAPowerCutUnlessTheDiskLies() {
        assumeThat(Path.of("/usr/bin/cc"))
                .as("power cuts are made on Linux by a library that a C compiler, cc, makes")
                .matches(Files::isExecutable);
        List<String> lines = run("power-cut");
        assertThat(lines).hasSize(2);
        assertThat(lines.getFirst()).matches("power-cut disk=honest" + NOTHING_LOST);
        assertThat(lines.getLast()).matches("power-cut disk=lying cuts_until_loss=[1-9][0-9]*");
    }
}

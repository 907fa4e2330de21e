package dev.cress.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import static java.util.concurrent.TimeUnit.SECONDS;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// A `cress` command as a process of its own, with a data folder. A test that reads from it has a
/// timeout: a process that neither speaks nor ends holds the reader up.
final class CressProcess implements AutoCloseable {
    private final Process process;
    private final BufferedReader out;
    private final Path errors;

    private CressProcess(Process process, Path errors) {
        this.process = process;
        this.out = process.inputReader();
        this.errors = errors;
    }

    static CressProcess start(Path data, List<String> command, String... options)
            throws IOException {
        Path config = data.resolveSibling(data.getFileName() + "-config");
        return start(data, config, command, options);
    }

    /// @param config where it remembers the fleets that it started
    static CressProcess start(Path data, Path config, List<String> command, String... options)
            throws IOException {
        List<String> all = new ArrayList<>(command);
        all.addAll(List.of(options));
        return start(data, Map.of("XDG_CONFIG_HOME", config.toString()), all);
    }

    /// @param environment what else it finds there
    static CressProcess start(Path data, Map<String, String> environment, List<String> command)
            throws IOException {
        return launch(TrainedBuild.java(), words(command), with(environment, data));
    }

    /// @param build the class path of the build whose command it is
    static CressProcess start(
            String build, Path data, Map<String, String> environment, List<String> command)
            throws IOException {
        return launch(TrainedBuild.java(build), words(command), with(environment, data));
    }

    private static List<String> words(List<String> command) {
        List<String> words = new ArrayList<>(List.of("dev.cress.cli.Cress"));
        words.addAll(command);
        return words;
    }

    private static Map<String, String> with(Map<String, String> environment, Path data) {
        Map<String, String> all = new HashMap<>(environment);
        all.put("CRESS_DATA", data.toString());
        return all;
    }

    /// Another program of the tests.
    static CressProcess ofMain(Class<?> main, String... arguments) throws IOException {
        List<String> words = new ArrayList<>(List.of(main.getName()));
        words.addAll(List.of(arguments));
        return launch(TrainedBuild.java(), words, Map.of());
    }

    private static CressProcess launch(
            List<String> jvm, List<String> words, Map<String, String> environment)
            throws IOException {
        List<String> java = new ArrayList<>(jvm);
        java.addAll(words);
        var builder = new ProcessBuilder(java);
        builder.environment().putAll(environment);
        Path errors = Files.createTempFile("cress", ".err");
        builder.redirectError(errors.toFile());
        return new CressProcess(builder.start(), errors);
    }

    /// What it said until and with its line `ready`.
    String awaitReady() throws IOException {
        var said = new StringBuilder();
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            said.append(line).append('\n');
            if (line.equals("ready")) {
                return said.toString();
            }
        }
        throw new AssertionError("ended before it was ready: " + said + errors());
    }

    /// What it said on standard error so far.
    String errors() throws IOException {
        return Files.readString(errors);
    }

    /// Asks it to stop, as a service manager does.
    void terminate() {
        process.destroy();
    }

    /// What it said until it ended well.
    String done() throws IOException, InterruptedException {
        String said = String.join("\n", out.lines().toList());
        assertThat(exitCode()).as(errors()).isZero();
        return said;
    }

    int exitCode() throws InterruptedException {
        assertThat(process.waitFor(60, SECONDS)).as("ended within 60 s").isTrue();
        return process.exitValue();
    }

    @Override
    public void close() throws IOException {
        process.destroyForcibly();
        await().atMost(10, SECONDS).until(() -> !process.isAlive());
        Files.deleteIfExists(errors);
    }
}

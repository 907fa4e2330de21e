package dev.cress.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// A `cress run …` that is killed without warning and started again as it was. Used by one thread.
final class KilledProcess implements AutoCloseable {
    private static final Duration READY_MAX = Duration.ofSeconds(60);
    private static final Duration END_MAX = Duration.ofSeconds(20);

    /// For where starts are what is mostly waited for.
    static final List<String> SOON_READY = List.of("-XX:TieredStopAtLevel=1", "-Xmx512m");

    private final Path data;
    private final Disk disk;
    private final List<String> command;
    private final Path errors;
    private Process process;

    /// Starts it, and returns when it is ready.
    ///
    /// @param flags further flags of its JVM
    /// @param part the words after `cress run`
    KilledProcess(Path data, Disk disk, List<String> flags, String... part)
            throws IOException, InterruptedException {
        this.data = data;
        this.disk = disk;
        this.command = ServerProcess.java(flags, "dev.cress.cli.Cress", words(part));
        this.errors = Files.createTempFile("cress-bench", ".err");
        this.process = launch();
    }

    private static String[] words(String... part) {
        String[] words = new String[part.length + 1];
        words[0] = "run";
        System.arraycopy(part, 0, words, 1, part.length);
        return words;
    }

    private Process launch() throws IOException, InterruptedException {
        var builder = new ProcessBuilder(command);
        builder.environment().put("CRESS_DATA", data.toString());
        builder.environment().put("XDG_CONFIG_HOME", data.resolveSibling("config").toString());
        builder.environment().putAll(disk.attach(data));
        builder.redirectError(ProcessBuilder.Redirect.appendTo(errors.toFile()));
        Process starting = builder.start();
        var ready = CompletableFuture.runAsync(() -> readUntilReady(starting));
        try {
            ready.get(READY_MAX.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            starting.destroyForcibly();
            throw new IOException(
                    "%s did not get ready: %s".formatted(command.getLast(), errors()), e);
        }
        return starting;
    }

    private static void readUntilReady(Process starting) {
        BufferedReader said = starting.inputReader();
        try {
            for (String line = said.readLine(); line != null; line = said.readLine()) {
                if (line.equals("ready")) {
                    return;
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        throw new IllegalStateException("it ended");
    }

    /// What it said on standard error, in all its lives.
    private String errors() throws IOException {
        return Files.readString(errors);
    }

    /// As `kill -9` does, or the end of the machine's power.
    void kill() throws IOException, InterruptedException {
        process.destroyForcibly();
        if (!process.waitFor(END_MAX.toSeconds(), TimeUnit.SECONDS)) {
            throw new IOException("a killed process runs on");
        }
        disk.cut(data);
    }

    /// Returns when it is ready again.
    void startAgain() throws IOException, InterruptedException {
        process = launch();
    }

    @Override
    public void close() throws IOException {
        process.destroyForcibly();
        Files.deleteIfExists(errors);
    }
}

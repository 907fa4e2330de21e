package dev.cress.cli;

import static org.assertj.core.api.Assertions.assertThat;

import static java.util.concurrent.TimeUnit.SECONDS;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;

/// One `cress run …` process that can be killed and started again as it was.
final class Part {
    private static final int READY_MAX_S = 60;

    private final Path data;
    private List<String> args;
    private Process process;
    private String address = "";

    /// Where its errors go, null for to those of the tests.
    private final @Nullable Path errors;

    Part(Path data, String... args) throws IOException {
        this(data, null, args);
    }

    Part(Path data, @Nullable Path errors, String... args) throws IOException {
        this.errors = errors;
        this.data = data;
        this.args = List.of(args);
        this.process = launch();
    }

    private Process launch() throws IOException {
        List<String> command = new ArrayList<>(TrainedBuild.java());
        command.addAll(List.of("dev.cress.cli.Cress", "run"));
        command.addAll(args);
        if (args.getFirst().equals("node")) {
            // cores are for what is tested
            command.add("--warm-up=0s");
        }
        var builder = new ProcessBuilder(command);
        builder.environment().put("CRESS_DATA", data.toString());
        builder.environment().put("XDG_CONFIG_HOME", data.resolve("config").toString());
        builder.redirectError(
                errors == null
                        ? ProcessBuilder.Redirect.INHERIT
                        : ProcessBuilder.Redirect.appendTo(errors.toFile()));
        return builder.start();
    }

    /// Waits for its line `ready`; the first word that is a URL is its address.
    void awaitReady() throws InterruptedException {
        Process starting = process;
        var ready = CompletableFuture.runAsync(() -> readUntilReady(starting));
        try {
            ready.get(READY_MAX_S, SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new AssertionError(args + " did not get ready", e);
        }
    }

    private void readUntilReady(Process starting) {
        try {
            var reader = starting.inputReader();
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                if (line.contains("://") && address.isEmpty()) {
                    String url = line.substring(line.lastIndexOf(' ', line.indexOf("://")) + 1);
                    address = url.contains(" ") ? url.substring(0, url.indexOf(' ')) : url;
                }
                if (line.equals("ready")) {
                    return;
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        throw new AssertionError("it ended");
    }

    String address() {
        return address;
    }

    int port() {
        return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
    }

    boolean isRunning() {
        return process.isAlive();
    }

    void kill() throws InterruptedException {
        process.destroyForcibly();
        assertThat(process.waitFor(10, SECONDS)).isTrue();
    }

    /// On the port that it had, as a machine in a fleet has it.
    void startAgain() throws IOException, InterruptedException {
        List<String> again = new ArrayList<>(args);
        String option = args.getFirst().equals("control-plane") ? "--control-port" : "--port";
        int at = again.indexOf(option);
        again.set(at + 1, Integer.toString(port()));
        args = List.copyOf(again);
        process = launch();
        awaitReady();
    }
}

import java.io.BufferedReader;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/// Runs what a document shows, so that it can't rot: every ```console block's `$ command` lines, in order, in
/// the checkout's root, each followed by the output that it must have. `…` stands for anything within a line,
/// a line of its own for any lines. `./cress up` is started once, and stopped with SIGTERM at the end.
///
///     java .ci/Transcript.java README.md
final class Transcript {
    private static final int COMMAND_SECONDS_MAX = 120;
    private static final int START_SECONDS_MAX = 240;

    /// A command and the output that the document shows for it.
    record Step(int line, String command, List<String> expected) {}

    private Process up;
    private final List<String> upOutput = new ArrayList<>();

    public static void main(String[] args) throws Exception {
        Path document = Path.of(args[0]);
        List<Step> steps = steps(Files.readAllLines(document));
        if (steps.isEmpty()) {
            throw new IllegalStateException(document + " shows no commands");
        }
        var transcript = new Transcript();
        boolean passed = false;
        try {
            for (Step step : steps) {
                transcript.run(document, step);
            }
            passed = true;
        } finally {
            passed &= transcript.stop();
        }
        System.out.println(
                passed ? "transcript: %d commands as shown".formatted(steps.size()) : "transcript: failed");
        System.exit(passed ? 0 : 1);
    }

    static List<Step> steps(List<String> lines) {
        List<Step> steps = new ArrayList<>();
        boolean inside = false;
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            if (line.startsWith("```")) {
                inside = line.equals("```console");
            } else if (inside && line.startsWith("$ ")) {
                steps.add(new Step(i + 1, line.substring(2), new ArrayList<>()));
            } else if (inside && !steps.isEmpty()) {
                steps.getLast().expected().add(line);
            }
        }
        return steps;
    }

    private void run(Path document, Step step) throws Exception {
        System.out.println("$ " + step.command());
        List<String> output =
                step.command().startsWith("./cress up") ? startUp(step.command()) : shell(step.command());
        output.forEach(line -> System.out.println("  " + line));
        if (!matches(step.expected(), output)) {
            throw new IllegalStateException(
                    "%s line %d: the output of `%s` is not what is shown there:\n%s"
                            .formatted(document, step.line(), step.command(), String.join("\n", step.expected())));
        }
    }

    private static List<String> shell(String command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder("bash", "-c", command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        List<String> lines = process.inputReader().readAllLines();
        if (!process.waitFor(COMMAND_SECONDS_MAX, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IllegalStateException("took more than %d s".formatted(COMMAND_SECONDS_MAX));
        }
        if (process.exitValue() != 0) {
            throw new IllegalStateException(
                    "`%s` ended with exit code %d:\n%s"
                            .formatted(command, process.exitValue(), String.join("\n", lines)));
        }
        return lines;
    }

    private List<String> startUp(String command) throws IOException, InterruptedException {
        up =
                new ProcessBuilder("bash", "-c", "exec " + command)
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        BufferedReader reader = up.inputReader();
        Thread watch =
                Thread.ofPlatform()
                        .daemon()
                        .start(
                                () -> {
                                    if (!waitedFor(up, START_SECONDS_MAX)) {
                                        synchronized (upOutput) {
                                            if (!upOutput.contains("ready")) {
                                                up.destroyForcibly();
                                            }
                                        }
                                    }
                                });
        for (String line = reader.readLine(); line != null; line = reader.readLine()) {
            synchronized (upOutput) {
                upOutput.add(line);
            }
            if (line.equals("ready")) {
                watch.interrupt();
                return List.copyOf(upOutput);
            }
        }
        throw new IllegalStateException("`%s` ended, or was not ready within %d s".formatted(command, START_SECONDS_MAX));
    }

    private static boolean waitedFor(Process process, int seconds) {
        try {
            return process.waitFor(seconds, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            return true;
        }
    }

    /// Ends `./cress up` as Ctrl-C does: it must end by itself, with exit code 0.
    private boolean stop() throws InterruptedException {
        if (up == null) {
            return true;
        }
        up.destroy();
        if (!up.waitFor(30, TimeUnit.SECONDS)) {
            System.out.println("./cress up did not stop within 30 s of SIGTERM");
            up.destroyForcibly();
            return false;
        }
        System.out.println("./cress up stopped with exit code " + up.exitValue());
        return up.exitValue() == 0 && !listens(8080);
    }

    private static boolean listens(int port) {
        try (var socket = new Socket("127.0.0.1", port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    /// Whether the output is the expected lines; trailing blank lines don't count.
    static boolean matches(List<String> expected, List<String> output) {
        var pattern = new StringBuilder();
        for (String line : trimmed(expected)) {
            if (line.equals("…")) {
                pattern.append("(?:.*\n)*?");
            } else {
                for (String part : line.split("…", -1)) {
                    pattern.append(Pattern.quote(part)).append(".*");
                }
                pattern.setLength(pattern.length() - 2);
                pattern.append("[ \t]*\n");
            }
        }
        String text = String.join("\n", trimmed(output)) + "\n";
        return Pattern.compile(pattern.toString()).matcher(trimmed(output).isEmpty() ? "" : text).matches();
    }

    private static List<String> trimmed(List<String> lines) {
        int end = lines.size();
        while (end > 0 && lines.get(end - 1).isBlank()) {
            end--;
        }
        return lines.subList(0, end);
    }
}

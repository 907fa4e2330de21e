package dev.cress.bench;

import dev.cress.contract.Limits;
import dev.cress.wasm.guest.RefusedModuleException;

import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// From the start of a process of `cress run node`, which finds functions with their images on its
/// disk, to its first 200 on a new connection. With 105 functions, five of which are asked often,
/// it also says what the process takes after that. The modes take turns.
final class NodeStartQuestion implements Question {
    private static final double MEDIAN = 50;
    private static final int HOT = 5;
    private static final int COLD = 100;
    private static final int HOT_REQUESTS = 2_000;
    private static final Duration TRAINING_MAX = Duration.ofMinutes(2);
    private static final String FUNCTION = "hello";

    private static final List<Mode> MODES =
            List.of(
                    new Mode("plain", false, List.of("-XX:-UseCompactObjectHeaders")),
                    new Mode("compact", false, List.of("-XX:+UseCompactObjectHeaders")),
                    new Mode("aot", true, List.of("-XX:-UseCompactObjectHeaders")),
                    new Mode("aot-compact", true, List.of("-XX:+UseCompactObjectHeaders")),
                    // guests need the second tier: how much of a start it takes
                    new Mode(
                            "aot-compact-c1",
                            true,
                            List.of("-XX:+UseCompactObjectHeaders", "-XX:TieredStopAtLevel=1")));

    /// How the JVM is started.
    ///
    /// @param trained with an AOT cache that was made with the same flags
    private record Mode(String text, boolean trained, List<String> flags) {}

    /// What one mode did so far.
    private record Starts(Mode mode, List<String> flags, Times first, Times rssKib) {}

    @Override
    public String name() {
        return "node-start";
    }

    @Override
    public String text() {
        return "how long from a node's process to its first answer, and how large is it?";
    }

    @Override
    public void answer(Effort effort, PrintStream progress, Consumer<Line> lines)
            throws IOException, RefusedModuleException, InterruptedException {
        boolean full = effort == Effort.FULL;
        Path caches = Files.createTempDirectory("cress-bench");
        try {
            List<Starts> one = starts(full, caches, progress);
            try (var data = new NodeData().with(FUNCTION, FUNCTION, Limits.DEFAULT)) {
                rounds(one, full ? 5 : 1, data, FUNCTION, 0);
            }
            one.forEach(s -> lines.accept(line(s, 1, 1)));
            if (full) {
                List<Starts> many = one.stream().map(NodeStartQuestion::again).toList();
                try (var data = new NodeData().withMany(HOT + COLD, "f", FUNCTION)) {
                    rounds(many, 2, data, "f0", HOT_REQUESTS);
                }
                many.forEach(s -> lines.accept(line(s, HOT + COLD, HOT)));
            }
        } finally {
            try (var files = Files.newDirectoryStream(caches)) {
                for (Path file : files) {
                    Files.delete(file);
                }
            }
            Files.delete(caches);
        }
    }

    private static Starts again(Starts starts) {
        return new Starts(starts.mode(), starts.flags(), new Times(), new Times());
    }

    private static List<Starts> starts(boolean full, Path caches, PrintStream progress)
            throws IOException, InterruptedException, RefusedModuleException {
        var starts = new ArrayList<Starts>();
        for (Mode mode : MODES) {
            var flags = new ArrayList<>(mode.flags());
            if (mode.trained()) {
                if (!full || !isOfJars()) {
                    progress.println("left out, since it takes long or needs jars: " + mode.text());
                    continue;
                }
                progress.println("training for " + mode.text());
                flags.add("-XX:AOTCache=" + train(mode, caches));
                flags.add("-XX:AOTMode=on");
            }
            starts.add(new Starts(mode, flags, new Times(), new Times()));
        }
        return starts;
    }

    /// An AOT cache holds classes of jars only, and a class path with folders has none.
    private static boolean isOfJars() {
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            if (Files.isDirectory(Path.of(entry))) {
                return false;
            }
        }
        return true;
    }

    private static Path train(Mode mode, Path caches)
            throws IOException, InterruptedException, RefusedModuleException {
        Path cache = caches.resolve(mode.text() + ".aot");
        Path log = caches.resolve(mode.text() + ".log");
        var flags = new ArrayList<>(mode.flags());
        flags.add("-XX:AOTCacheOutput=" + cache);
        try (var data = new NodeData()) {
            Path folder = data.folder().resolve("training");
            List<String> command =
                    ServerProcess.java(
                            flags, "dev.cress.cli.Cress", "train", "--data", folder.toString());
            Process training =
                    new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(log.toFile())
                            .start();
            boolean ended = training.waitFor(TRAINING_MAX.toSeconds(), TimeUnit.SECONDS);
            training.destroyForcibly();
            if (!ended || !Files.exists(cache)) {
                throw new IOException("training failed: " + Files.readString(log));
            }
        }
        return cache;
    }

    private static void rounds(
            List<Starts> modes, int rounds, NodeData data, String function, int hotRequests)
            throws IOException {
        for (int round = 0; round < rounds; round++) {
            for (Starts starts : modes) {
                try (var node = ServerProcess.node(data.folder(), starts.flags())) {
                    starts.first().add(node.firstAnswer(function, "/").toNanos());
                    if (hotRequests > 0) {
                        askOften(node, hotRequests);
                        node.awaitRest();
                    } else {
                        node.awaitIdle();
                    }
                    starts.rssKib().add(node.rssKib());
                }
            }
        }
    }

    private static void askOften(ServerProcess node, int requests) throws IOException {
        for (int i = 0; i < HOT; i++) {
            node.ask("f" + i, "/", requests);
        }
    }

    private Line line(Starts starts, int functions, int hot) {
        return Line.of(name())
                .with("mode", starts.mode().text())
                .with("functions", functions)
                .with("hot", hot)
                .with("first_response_ms", starts.first().millis(MEDIAN))
                .with("rss_mb", Math.round(starts.rssKib().percentile(MEDIAN) / 1024.0))
                .with("n", starts.first().count());
    }
}

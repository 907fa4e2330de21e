package dev.cress.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/// This build as people run it: in jars, with the AOT caches that the `cress` script made of them.
/// One for all tests of this JVM, since a training takes 20 s. Each process that starts with it
/// takes half the CPU time until it is ready.
final class TrainedBuild {
    private static final TrainedBuild MADE = make();

    private final Checkout checkout;
    private final Checkout.Ended firstStart;

    private TrainedBuild(Checkout checkout, Checkout.Ended firstStart) {
        this.checkout = checkout;
        this.firstStart = firstStart;
    }

    private static TrainedBuild make() {
        Path root = Sources.ROOT.resolve("cli/target/trained-build");
        try {
            emptied(root);
            var checkout = Checkout.in(root);
            return new TrainedBuild(checkout, checkout.version(""));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    /// What an earlier run of the tests left is of other classes.
    private static void emptied(Path root) throws IOException {
        if (Files.exists(root)) {
            try (Stream<Path> all = Files.walk(root)) {
                for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(each);
                }
            }
        }
        Files.createDirectories(root);
    }

    /// It belongs to all tests: whoever changes something of it makes one of his own.
    static Checkout checkout() {
        return MADE.checkout;
    }

    /// How `cress --version` ended that had it trained.
    static Checkout.Ended firstStart() {
        return MADE.firstStart;
    }

    /// The words that start a JVM with it, up to the main class. It is soon ready rather than fast.
    static List<String> java() {
        var command = new ArrayList<>(soonReady());
        command.add("-XX:AOTCache=" + MADE.checkout.cache());
        // as the script has it: standard output is for results
        command.addAll(List.of("-Xlog:disable", "-Xlog:all=warning:stderr"));
        command.add("-Dcress.build.cache=" + MADE.checkout.buildCache());
        command.addAll(List.of("-cp", MADE.checkout.classPath()));
        return command;
    }

    /// The same with this class path instead, and no caches.
    static List<String> java(String classPath) {
        var command = new ArrayList<>(soonReady());
        command.addAll(List.of("-cp", classPath));
        return command;
    }

    private static List<String> soonReady() {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "@" + Sources.ROOT.resolve("cli/src/main/dist/jvm.options"),
                "-XX:TieredStopAtLevel=1",
                "-Xmx512m");
    }
}

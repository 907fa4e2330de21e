package dev.cress.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// The project's own files, as the house rules read them.
final class Sources {
    static final Path ROOT = Path.of(System.getProperty("cress.root"));
    private static final List<String> MODULES =
            List.of(
                    "router",
                    "relay",
                    "edge-node",
                    "wasm-host",
                    "control-plane/contract",
                    "control-plane/identity",
                    "control-plane/server",
                    "cli",
                    "bench",
                    "examples");

    private Sources() {}

    static List<Path> java() {
        return MODULES.stream()
                .flatMap(module -> javaBelow(ROOT.resolve(module).resolve("src")))
                .toList();
    }

    static List<Path> mainJava() {
        return java().stream().filter(file -> file.toString().contains("/src/main/")).toList();
    }

    static List<Path> testJava() {
        return java().stream().filter(file -> file.toString().contains("/src/test/")).toList();
    }

    private static Stream<Path> javaBelow(Path folder) {
        if (!Files.isDirectory(folder)) {
            return Stream.empty();
        }
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(".java")).toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String name(Path file) {
        return ROOT.relativize(file).toString();
    }
}

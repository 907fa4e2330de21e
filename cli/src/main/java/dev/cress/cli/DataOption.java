package dev.cress.cli;

import picocli.CommandLine.Option;

import java.nio.file.Path;
import java.util.Optional;

/// Where a process keeps what it must not lose.
final class DataOption {
    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "The data folder (default: $CRESS_DATA, else .cress).")
    private Optional<Path> data = Optional.empty();

    Path folder() {
        return data.orElseGet(() -> Path.of(System.getenv().getOrDefault("CRESS_DATA", ".cress")))
                .toAbsolutePath()
                .normalize();
    }
}

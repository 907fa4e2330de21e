package dev.cress.cli;

import picocli.CommandLine.Option;

import java.util.List;
import java.util.Optional;

/// How a new version gets the traffic, besides what the manifest's `[rollout]` says.
final class RolloutOptions {
    @Option(
            names = "--waves",
            split = ",",
            paramLabel = "REGION",
            description = "All of the traffic of one region after the other, like fra,iad.")
    private List<String> waves = List.of();

    @Option(
            names = "--progressive",
            split = ",",
            paramLabel = "PERCENT",
            description = "One share after the other, like 1%%,10%%,50%%.")
    private List<String> progressive = List.of();

    @Option(
            names = "--bake",
            paramLabel = "DURATION",
            description =
                    "How long each step serves before the next: 30s, 5m, 2h (default: 5m). One that"
                            + " is worse than the stable version goes back at once.")
    private Optional<String> bake = Optional.empty();

    @Option(
            names = "--on-worse",
            paramLabel = "WHAT",
            description = "rollback, or hold: keep what it has (default: rollback).")
    private Optional<String> onWorse = Optional.empty();

    RolloutTable table() {
        return new RolloutTable(
                waves.isEmpty() ? null : waves,
                progressive.isEmpty() ? null : progressive,
                bake.orElse(null),
                onWorse.orElse(null),
                null);
    }
}

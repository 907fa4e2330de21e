package dev.cress.cli;

import dev.cress.contract.Api;
import dev.cress.contract.Deployment;
import dev.cress.contract.Placement;
import dev.cress.contract.Share;
import dev.cress.contract.Version;
import dev.cress.contract.Wave;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;

/// `cress versions`.
@Command(
        name = "versions",
        description = {
            "Lists a function's versions and what traffic each gets.",
            "A collected one needs what the store has no more: deploy it from its module again."
        },
        mixinStandardHelpOptions = true)
final class VersionsCommand implements Callable<Integer> {
    @Mixin private ControlOptions control;
    @Mixin private Output output;

    @Parameters(paramLabel = "NAME", description = "The function.")
    private String name;

    @Override
    public Integer call() {
        ControlClient client = control.client();
        Api.FunctionInfo shown = client.function(name);
        var function =
                new Api.FunctionInfo(
                        shown.name(),
                        shown.deployment(),
                        client.versions(shown.name()),
                        shown.deployments(),
                        shown.rollout());
        Tags tags = Tags.ifKnown(client, shown.name());
        List<String> lines =
                Output.table(
                        tags.with("TAGS", "VERSION", "TRAFFIC", "MODULE", "KIB", "CREATED"),
                        function.versions(),
                        version -> row(version, function.deployment(), tags));
        if (function.rollout() != null) {
            lines.add(rollout(function.rollout()));
        }
        output.result(function, lines);
        return ExitCode.OK;
    }

    private static List<String> row(Version version, @Nullable Deployment live, Tags tags) {
        return tags.with(
                tags.names(version.number()),
                Integer.toString(version.number()),
                version.collected()
                        ? "collected"
                        : traffic(live, version.number(), version.manifest().placement()),
                version.module().shortHex(),
                Long.toString((version.moduleBytes() + 1023) / 1024),
                Instant.ofEpochMilli(version.createdAtMs()).toString());
    }

    /// A rollout in words.
    static String rollout(Api.RolloutState rollout) {
        var steps = rollout.plan().steps();
        String where =
                "step %d of %d (%s)"
                        .formatted(
                                rollout.step(),
                                steps.size(),
                                RolloutTable.words(steps.get(rollout.step() - 1)));
        return "rollout of version %d: %s, %s%s"
                .formatted(
                        rollout.version(),
                        rollout.state(),
                        where,
                        rollout.reason().isEmpty() ? "" : ": " + rollout.reason());
    }

    /// @param placement where the version is, as far as that is to be said
    static String traffic(@Nullable Deployment live, int version, Placement placement) {
        if (live == null) {
            return "-";
        }
        Wave wave = live.wave();
        List<String> parts = new ArrayList<>();
        if (wave != null) {
            share(wave.shares(), version)
                    .ifPresent(s -> parts.add(s + " in " + String.join(",", wave.regions())));
        }
        share(live.shares(), version)
                .ifPresent(s -> parts.add(s + (wave == null ? where(placement) : " elsewhere")));
        return parts.isEmpty() ? "-" : String.join(", ", parts);
    }

    private static String where(Placement placement) {
        return placement.everywhere() ? "" : " in " + String.join(",", placement.regions());
    }

    private static Optional<String> share(List<Share> shares, int version) {
        return shares.stream()
                .filter(share -> share.version() == version)
                .map(share -> Percent.of(share.basisPoints()) + "%")
                .findFirst();
    }
}

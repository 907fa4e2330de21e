package dev.cress.cli;

import dev.cress.contract.Api;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/// `cress apply`.
@Command(
        name = "apply",
        description = {
            "Deploys every function of a folder at once: shows what changes, then makes all of it"
                    + " one revision, or nothing if any is refused.",
            "The folder has a cress.toml, or folders that have one. What isn't in it stays: delete"
                    + " takes a function away."
        },
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  cress apply services             every folder in it that has a cress.toml",
            "  cress apply services --dry-run   only shows what would change"
        })
final class ApplyCommand implements Callable<Integer> {
    @Mixin private ControlOptions control;
    @Mixin private WaitOptions waiting;
    @Mixin private Output output;

    @Option(names = "--dry-run", description = "Show what would change, and send nothing.")
    private boolean dryRun;

    @Parameters(paramLabel = "DIR", description = "The folder.")
    private Path folder;

    /// What is printed as JSON.
    ///
    /// @param nodes how far each is, by function
    private record Result(
            List<ApplyPlan.Entry> plan,
            List<Api.VersionCreated> applied,
            List<Api.Rollout> nodes) {}

    @Override
    public Integer call() {
        ControlClient client = control.client();
        ApplyPlan plan = ApplyPlan.of(folder, client);
        plan.lines().forEach(output::say);
        if (dryRun) {
            output.result(
                    new Result(plan.entries(), List.of(), List.of()),
                    List.of("would change: " + plan.summary()));
            return ExitCode.OK;
        }
        List<Api.Plan.Item> items = new ArrayList<>();
        for (Source source : plan.sources()) {
            Uploaded stored = Uploaded.of(client, output, source);
            items.add(
                    new Api.Plan.Item(
                            source.name().value(),
                            stored.module(),
                            stored.manifest(),
                            source.rollout().plan()));
        }
        Api.Applied applied = client.apply(new Api.Plan(items));
        List<Api.Deployed> deployed =
                applied.functions().stream().map(ApplyCommand::deployed).toList();
        String done = "applied: " + plan.summary() + revision(deployed);
        return waiting.finish(
                client,
                output,
                deployed,
                nodes -> new Result(plan.entries(), applied.functions(), nodes),
                done);
    }

    private static Api.Deployed deployed(Api.VersionCreated created) {
        Api.Deployed deployed = created.deployed();
        if (deployed == null) {
            throw new CliException("the control plane made a version and didn't deploy it");
        }
        return deployed;
    }

    private static String revision(List<Api.Deployed> all) {
        return all.stream()
                .filter(deployed -> !deployed.unchanged())
                .findFirst()
                .map(deployed -> ", revision " + deployed.revision())
                .orElse("");
    }
}

package dev.cress.cli;

import dev.cress.contract.Api;
import dev.cress.contract.Deployment;
import dev.cress.contract.FunctionName;
import dev.cress.contract.RolloutPlan;
import dev.cress.contract.Share;
import dev.cress.contract.Version;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;

/// `cress deploy`.
@Command(
        name = "deploy",
        description = {
            "Uploads a module as a new version of a function and sends traffic to it.",
            "Without arguments it deploys what ./cress.toml says; with --tag it uploads nothing."
        },
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  cress deploy greet build/greet.wasm       a module, with the default manifest",
            "  cress deploy greet greet.js               a script: export default { fetch(request)"
                    + " { … } }",
            "  cress deploy services/greet               a folder with a cress.toml",
            "  cress deploy greet greet.wasm --share 10%%  to a tenth of the clients first",
            "  cress deploy services/greet --progressive 1%%,10%%,50%% --bake 10m",
            "                                            more and more, back if it is worse",
            "  cress deploy services/greet --waves fra   one region, then the others",
            "  cress deploy greet --tag v1.2             what a registry tool pushed"
        })
final class DeployCommand implements Callable<Integer> {
    @Mixin private ControlOptions control;
    @Mixin private ShareOption share;
    @Mixin private RolloutOptions rollout;
    @Mixin private WaitOptions waiting;
    @Mixin private Output output;

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "NAME",
            description =
                    "The function (default: what the manifest or the module's file is called).")
    private Optional<String> name = Optional.empty();

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "MODULE",
            description = "A .wasm or .js file, a manifest, or a folder with a cress.toml.")
    private Optional<Path> module = Optional.empty();

    @Option(
            names = "--tag",
            paramLabel = "TAG",
            description = "The version that a registry tool pushed under this tag.")
    private Optional<String> tag = Optional.empty();

    @Override
    public Integer call() {
        if (tag.isPresent()) {
            return deployPushed(tag.get());
        }
        Source source = Source.of(name, module);
        RolloutPlan plan = plan(source.rollout());
        ControlClient client = control.client();
        Uploaded stored = Uploaded.of(client, output, source);
        Api.VersionCreated created =
                client.release(
                        source.name(),
                        new Api.NewVersion(
                                stored.module(),
                                stored.manifest(),
                                plan == null ? share.basisPoints() : null,
                                plan));
        Api.Deployed deployed = Objects.requireNonNull(created.deployed());
        showChanges(client, created.version(), deployed);
        boolean unchanged = created.unchanged() && deployed.unchanged();
        String done =
                "%s version %d %s"
                        .formatted(
                                deployed.function(),
                                created.version().number(),
                                unchanged ? "unchanged" : "deployed" + part(deployed, plan));
        int code = waiting.finish(client, output, deployed, done);
        address(deployed.function());
        return code;
    }

    private int deployPushed(String pushed) {
        if (name.isEmpty() || module.isPresent()) {
            throw new CliException(
                    "--tag deploys what was pushed: cress deploy NAME --tag " + pushed,
                    ExitCode.USAGE);
        }
        var function = new FunctionName(name.get());
        RolloutPlan plan = plan(RolloutTable.NONE);
        ControlClient client = control.client();
        int version = Tags.of(client, function).version(pushed);
        Api.Deployed deployed =
                client.deploy(
                        function,
                        new Api.NewDeployment(
                                version, plan == null ? share.basisPoints() : null, plan));
        String done =
                "%s version %d, pushed as %s, %s"
                        .formatted(
                                function,
                                version,
                                pushed,
                                deployed.unchanged()
                                        ? "unchanged"
                                        : "deployed" + part(deployed, plan));
        int code = waiting.finish(client, output, deployed, done);
        address(function);
        return code;
    }

    /// A share is given by hand, whatever the manifest says.
    private @Nullable RolloutPlan plan(RolloutTable written) {
        RolloutTable asked = rollout.table();
        if (!share.isGiven()) {
            return written.with(asked).plan();
        }
        if (!asked.equals(RolloutTable.NONE)) {
            throw new CliException("--share is one share: a rollout has its own", ExitCode.USAGE);
        }
        return null;
    }

    private String part(Api.Deployed deployed, @Nullable RolloutPlan plan) {
        if (plan != null && deployed.deployment().cause().equals(Deployment.STEP)) {
            return " to %s, step 1 of %d"
                    .formatted(RolloutTable.words(plan.steps().getFirst()), plan.steps().size());
        }
        return share.basisPoints() == Share.ALL
                ? ""
                : " to %s %%".formatted(Percent.of(share.basisPoints()));
    }

    /// What is different from the version that was stable when this one was deployed.
    private void showChanges(ControlClient client, Version version, Api.Deployed deployed) {
        Api.FunctionInfo function = client.function(deployed.function().value());
        int stable =
                function.deployments().stream()
                        .filter(earlier -> earlier.id() < deployed.deployment().id())
                        .findFirst()
                        .map(Deployment::stableVersion)
                        .orElse(version.number());
        List<String> changes =
                function.versions().stream()
                        .filter(v -> v.number() == stable)
                        .findFirst()
                        .map(v -> ManifestDiff.between(v.manifest(), version.manifest()))
                        .orElse(List.of());
        if (!changes.isEmpty()) {
            output.say("against version %d, live until now:".formatted(stable));
            changes.forEach(output::say);
        }
    }

    private void address(FunctionName function) {
        control.known()
                .filter(fleet -> !fleet.router().isEmpty())
                .ifPresent(
                        fleet ->
                                output.say(
                                        "curl -H 'Host: %s.%s' %s/"
                                                .formatted(
                                                        function, fleet.domain(), fleet.router())));
    }
}

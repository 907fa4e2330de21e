package dev.cress.cli;

import dev.cress.contract.Api;
import dev.cress.contract.Deployment;
import dev.cress.contract.FunctionName;
import dev.cress.contract.Share;
import dev.cress.contract.Version;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
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
            "Without arguments it deploys what ./cress.toml says."
        },
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  cress deploy greet build/greet.wasm       a module, with the default manifest",
            "  cress deploy greet greet.js               a script: export default { fetch(request)"
                    + " { … } }",
            "  cress deploy services/greet               a folder with a cress.toml",
            "  cress deploy greet greet.wasm --share 10%%  to a tenth of the clients first"
        })
final class DeployCommand implements Callable<Integer> {
    @Mixin private ControlOptions control;
    @Mixin private ShareOption share;
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

    @Override
    public Integer call() {
        Source source = Source.of(name, module);
        ControlClient client = control.client();
        Uploaded stored = Uploaded.of(client, output, source);
        Api.VersionCreated created =
                client.release(
                        source.name(), stored.module(), stored.manifest(), share.basisPoints());
        Api.Deployed deployed = Objects.requireNonNull(created.deployed());
        showChanges(client, created.version(), deployed);
        boolean unchanged = created.unchanged() && deployed.unchanged();
        String done =
                "%s version %d %s"
                        .formatted(
                                deployed.function(),
                                created.version().number(),
                                unchanged ? "unchanged" : "deployed" + part());
        int code = waiting.finish(client, output, deployed, done);
        address(deployed.function());
        return code;
    }

    private String part() {
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

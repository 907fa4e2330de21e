package dev.cress.cli;

import dev.cress.contract.Api;
import dev.cress.contract.Deployment;
import dev.cress.contract.FunctionName;
import dev.cress.contract.Share;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

import java.util.concurrent.Callable;

/// `cress promote`.
@Command(
        name = "promote",
        description = "Gives a function's candidate version more of the traffic, or all of it.",
        mixinStandardHelpOptions = true)
final class PromoteCommand implements Callable<Integer> {
    @Mixin private ControlOptions control;
    @Mixin private ShareOption share;
    @Mixin private WaitOptions waiting;
    @Mixin private Output output;

    @Parameters(paramLabel = "NAME", description = "The function.")
    private String name;

    @Override
    public Integer call() {
        var function = new FunctionName(name);
        ControlClient client = control.client();
        Deployment live = client.function(name).deployment();
        Share rising = live == null ? null : live.candidate();
        if (rising == null) {
            throw new CliException(
                    "%s has no candidate version: deploy one with --share first".formatted(name));
        }
        int candidate = rising.version();
        Api.Deployed deployed = client.deploy(function, candidate, share.basisPoints());
        String part =
                share.basisPoints() == Share.ALL
                        ? "promoted"
                        : "promoted to %s %%".formatted(Percent.of(share.basisPoints()));
        return waiting.finish(
                client, output, deployed, "%s version %d %s".formatted(name, candidate, part));
    }
}

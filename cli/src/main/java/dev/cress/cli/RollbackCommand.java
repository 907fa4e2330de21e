package dev.cress.cli;

import dev.cress.contract.Api;
import dev.cress.contract.FunctionName;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

import java.util.Optional;
import java.util.concurrent.Callable;

/// `cress rollback`.
@Command(
        name = "rollback",
        description =
                "Sends all traffic back to the version that had it before, or to the one named.",
        mixinStandardHelpOptions = true)
final class RollbackCommand implements Callable<Integer> {
    @Mixin private ControlOptions control;
    @Mixin private WaitOptions waiting;
    @Mixin private Output output;

    @Parameters(index = "0", paramLabel = "NAME", description = "The function.")
    private String name;

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "VERSION",
            description = "A version's number (default: the last that had all traffic before).")
    private Optional<Integer> version = Optional.empty();

    @Override
    public Integer call() {
        ControlClient client = control.client();
        Api.Deployed deployed = client.rollback(new FunctionName(name), version.orElse(null));
        return waiting.finish(
                client,
                output,
                deployed,
                "%s rolled back to version %d"
                        .formatted(name, deployed.deployment().stableVersion()));
    }
}

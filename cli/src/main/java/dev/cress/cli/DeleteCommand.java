package dev.cress.cli;

import dev.cress.contract.Api;
import dev.cress.contract.FunctionName;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

import java.util.List;
import java.util.concurrent.Callable;

/// `cress delete`.
@Command(
        name = "delete",
        description = "Takes a function and its routes off every node.",
        mixinStandardHelpOptions = true)
final class DeleteCommand implements Callable<Integer> {
    @Mixin private ControlOptions control;
    @Mixin private Output output;

    @Parameters(paramLabel = "NAME", description = "The function.")
    private String name;

    @Override
    public Integer call() {
        Api.Deleted deleted = control.client().delete(new FunctionName(name));
        output.result(deleted, List.of("%s deleted".formatted(name)));
        return ExitCode.OK;
    }
}

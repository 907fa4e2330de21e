package dev.cress.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `cress run`: the parts of `up`, each in a process of its own.
@Command(
        name = "run",
        description = "Runs one part of a fleet: control-plane, node, router or relay.",
        mixinStandardHelpOptions = true)
final class RunCommand implements Runnable {
    @Spec private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(), "say which part to run: control-plane, node, router or relay");
    }
}

package dev.cress.cli;

import dev.cress.contract.Api;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;

/// `cress key`.
@Command(
        name = "key",
        description = "Changes the key with which the control plane signs what it tells nodes.",
        mixinStandardHelpOptions = true,
        subcommands = KeyCommand.Rotate.class)
final class KeyCommand implements Runnable {
    @Spec private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "say what to do: rotate");
    }

    @Command(
            name = "rotate",
            description =
                    "Has a new key sign from now on. Nodes learn of it by the word of the old one.",
            mixinStandardHelpOptions = true)
    static final class Rotate implements Callable<Integer> {
        @Mixin private ControlOptions control;
        @Mixin private Output output;

        @Override
        public Integer call() {
            Api.KeyRotated rotated = control.client().fleet().rotateKeys();
            output.result(
                    rotated,
                    List.of(
                            "key %s signs; nodes that come back within %d days follow"
                                    .formatted(
                                            rotated.key().id(),
                                            Duration.ofMillis(rotated.overlapMs()).toDays())));
            return ExitCode.OK;
        }
    }
}

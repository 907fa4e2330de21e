package dev.cress.cli;

import dev.cress.contract.Api;
import dev.cress.contract.SecretsApi;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;

/// `cress key`.
@Command(
        name = "key",
        description =
                "Changes the key with which the control plane signs what it tells nodes, or the one"
                        + " under which it keeps secrets.",
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
            mixinStandardHelpOptions = true,
            footer = {
                "",
                "With --secrets: a control plane with a secrets.key of its own makes a new one and"
                        + " forgets the old;",
                "of a key that was given, with --secrets-key or CRESS_SECRETS_KEY, the first line"
                        + " is the new one."
            })
    static final class Rotate implements Callable<Integer> {
        @Mixin private ControlOptions control;
        @Mixin private Output output;

        @Option(
                names = "--secrets",
                description = "Seal the secrets in the store under another key instead.")
        private boolean secrets;

        @Override
        public Integer call() {
            if (secrets) {
                SecretsApi.SecretsKeyRotated rotated = control.client().fleet().rotateSecretsKey();
                output.result(
                        rotated,
                        List.of(
                                "%d secrets are under key %s now: keep it beside your backups"
                                        .formatted(rotated.secrets(), rotated.key())));
                return ExitCode.OK;
            }
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

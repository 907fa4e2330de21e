package dev.cress.cli;

import dev.cress.contract.Api;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;

/// `cress token`.
@Command(
        name = "token",
        description = "Makes, lists and revokes the tokens that the control plane lets in.",
        mixinStandardHelpOptions = true,
        subcommands = {
            TokenCommand.Create.class,
            TokenCommand.ListAll.class,
            TokenCommand.Revoke.class
        })
final class TokenCommand implements Runnable {
    @Spec private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "say what to do: create, list or revoke");
    }

    @Command(
            name = "create",
            description = "Makes a token and shows it, this once.",
            mixinStandardHelpOptions = true,
            footer = {
                "",
                "Scopes of a tenant's tokens: deploy (modules, functions, logs, status), read"
                        + " (status and lists);",
                "of the fleet's: operator (everything), join (nodes and routers), metrics."
            })
    static final class Create implements Callable<Integer> {
        @Mixin private ControlOptions control;
        @Mixin private Output output;

        @Parameters(paramLabel = "NAME", description = "What it is for.")
        private String name;

        @Option(
                names = "--scope",
                defaultValue = "deploy",
                paramLabel = "SCOPE",
                description =
                        "deploy, read, operator, join or metrics (default: ${DEFAULT-VALUE}).")
        private String scope;

        @Option(
                names = "--expires",
                paramLabel = "TIME",
                description = "For how long it is good, like 90m, 12h or 30d (default: for ever).")
        private Optional<String> expires = Optional.empty();

        @Override
        public Integer call() {
            Api.TokenCreated created =
                    control.client()
                            .createToken(
                                    name,
                                    scope,
                                    expires.map(text -> TimeSpan.seconds("--expires", text))
                                            .orElse(null));
            output.result(created, List.of(created.token()));
            return ExitCode.OK;
        }
    }

    @Command(
            name = "list",
            description = "Lists tokens, without their secrets.",
            mixinStandardHelpOptions = true)
    static final class ListAll implements Callable<Integer> {
        @Mixin private ControlOptions control;
        @Mixin private Output output;

        @Override
        public Integer call() {
            output.list(
                    control.client().tokens(),
                    List.of("ID", "NAME", "TENANT", "SCOPE", "CREATED", "EXPIRES", "USED"),
                    ListAll::row);
            return ExitCode.OK;
        }

        private static List<String> row(Api.TokenInfo token) {
            return List.of(
                    token.id(),
                    token.name(),
                    token.tenant() == null ? "-" : token.tenant().value(),
                    token.scope(),
                    time(token.createdAtMs()),
                    time(token.expiresAtMs()),
                    time(token.lastUsedMs()));
        }

        private static String time(@Nullable Long ms) {
            return ms == null ? "-" : Instant.ofEpochMilli(ms).toString();
        }
    }

    @Command(
            name = "revoke",
            description = "Lets a token in no more.",
            mixinStandardHelpOptions = true)
    static final class Revoke implements Callable<Integer> {
        @Mixin private ControlOptions control;
        @Mixin private Output output;

        @Parameters(paramLabel = "ID", description = "As `cress token list` shows it.")
        private String id;

        @Override
        public Integer call() {
            control.client().revokeToken(id);
            output.result(Map.of("revoked", id), List.of("token %s revoked".formatted(id)));
            return ExitCode.OK;
        }
    }
}

package dev.cress.cli;

import dev.cress.contract.SecretsApi.SecretInfo;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.io.Console;
import java.io.IOException;
import java.io.InputStream;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;

/// `cress secret`.
@Command(
        name = "secret",
        description = {
            "Sets, lists and deletes a tenant's secrets.",
            "Functions whose manifests name one find its value; nobody else is shown it again."
        },
        mixinStandardHelpOptions = true,
        subcommands = {
            SecretCommand.Put.class,
            SecretCommand.ListAll.class,
            SecretCommand.Delete.class
        })
final class SecretCommand implements Runnable {
    @Spec private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "say what to do: set, list or delete");
    }

    @Command(
            name = "set",
            description = {
                "Gives a secret a value, from a file, from standard input or typed unseen.",
                "Functions have it from their next request on. One line feed at the end is no part"
                        + " of it."
            },
            mixinStandardHelpOptions = true)
    static final class Put implements Callable<Integer> {
        @Mixin private ControlOptions control;
        @Mixin private Output output;

        @Parameters(paramLabel = "NAME", description = "As manifests name it.")
        private String name;

        @Option(
                names = "--from-file",
                paramLabel = "FILE",
                description = "What has the value (default: standard input).")
        private Optional<Path> file = Optional.empty();

        @Override
        public Integer call() {
            SecretInfo info = control.client().fleet().putSecret(name, value());
            output.result(
                    info, List.of("%s version %d set".formatted(info.name(), info.version())));
            return ExitCode.OK;
        }

        private byte[] value() {
            try {
                if (file.isPresent()) {
                    try (InputStream in = Files.newInputStream(file.get())) {
                        return read(in);
                    }
                }
                var terminal = Optional.ofNullable(System.console()).filter(Console::isTerminal);
                return terminal.isPresent() ? typed(terminal.get()) : read(System.in);
            } catch (IOException e) {
                throw new CliException("the value can't be read: " + e);
            }
        }

        private byte[] typed(Console terminal) {
            char[] typed = terminal.readPassword("%s: ", name);
            if (typed == null) {
                throw new CliException("nothing was typed", ExitCode.USAGE);
            }
            var bytes = StandardCharsets.UTF_8.encode(CharBuffer.wrap(typed));
            Arrays.fill(typed, ' ');
            byte[] value = new byte[bytes.remaining()];
            bytes.get(value);
            return value;
        }

        private static byte[] read(InputStream in) throws IOException {
            byte[] all = in.readNBytes(SecretInfo.VALUE_BYTES_MAX + 2);
            boolean line = all.length > 0 && all[all.length - 1] == '\n';
            byte[] value = line ? Arrays.copyOf(all, all.length - 1) : all;
            if (value.length > SecretInfo.VALUE_BYTES_MAX) {
                throw new CliException(
                        "the value has more than %d bytes".formatted(SecretInfo.VALUE_BYTES_MAX));
            }
            return value;
        }
    }

    @Command(
            name = "list",
            description = "Lists secrets, without their values.",
            mixinStandardHelpOptions = true)
    static final class ListAll implements Callable<Integer> {
        @Mixin private ControlOptions control;
        @Mixin private Output output;

        @Override
        public Integer call() {
            output.list(
                    control.client().fleet().secrets(),
                    List.of("NAME", "VERSION", "UPDATED", "FUNCTIONS"),
                    ListAll::row);
            return ExitCode.OK;
        }

        private static List<String> row(SecretInfo secret) {
            String functions =
                    secret.functions().stream()
                            .map(Object::toString)
                            .collect(Collectors.joining(", "));
            return List.of(
                    secret.name(),
                    Integer.toString(secret.version()),
                    Instant.ofEpochMilli(secret.updatedAtMs()).toString(),
                    functions.isEmpty() ? "-" : functions);
        }
    }

    @Command(
            name = "delete",
            description = "Deletes a secret that no retained version of a function names.",
            mixinStandardHelpOptions = true)
    static final class Delete implements Callable<Integer> {
        @Mixin private ControlOptions control;
        @Mixin private Output output;

        @Parameters(paramLabel = "NAME", description = "As `cress secret list` shows it.")
        private String name;

        @Override
        public Integer call() {
            control.client().fleet().deleteSecret(name);
            output.result(Map.of("deleted", name), List.of("secret %s deleted".formatted(name)));
            return ExitCode.OK;
        }
    }
}

package dev.cress.cli;

import dev.cress.contract.Api;
import dev.cress.control.StoreUpkeep;
import dev.cress.control.store.StoreCopy.Copied;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

/// `cress store`.
@Command(
        name = "store",
        description = "Moves, backs up, restores and cleans what a control plane keeps.",
        mixinStandardHelpOptions = true,
        subcommands = {
            StoreCommand.Migrate.class,
            StoreCommand.Backup.class,
            StoreCommand.Restore.class,
            StoreCommand.Collect.class,
            StoreCommand.ForgetSecrets.class
        })
final class StoreCommand implements Runnable {
    @Spec private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(),
                "say what to do: migrate, backup, restore, collect or forget-secrets");
    }

    @Command(
            name = "migrate",
            description = {
                "Moves the store from a data folder to a PostgreSQL database, with its revisions:"
                        + " nodes go on from where they stand.",
                "All or nothing; the folder's own store can't be started any more after it."
            },
            mixinStandardHelpOptions = true)
    static final class Migrate implements Callable<Integer> {
        @Mixin private Output output;

        @Option(
                names = "--from",
                required = true,
                paramLabel = "DIR",
                description = "The data folder of the control plane.")
        private Path from;

        @Option(
                names = "--to",
                required = true,
                paramLabel = "URL",
                description = "An empty database, jdbc:postgresql://HOST/DATABASE.")
        private String to;

        @Override
        public Integer call() {
            output.say("copies and checks; this may take a while");
            var copied = StoreUpkeep.move(from.toAbsolutePath().normalize(), to);
            print(output, "moved", copied);
            return 0;
        }
    }

    @Command(
            name = "backup",
            description = {
                "Copies the store to a new file while control planes go on, and checks the copy.",
                "The file holds the fleet's keys: it is for its owner only."
            },
            mixinStandardHelpOptions = true)
    static final class Backup implements Callable<Integer> {
        @Mixin private Output output;

        @Option(
                names = "--from",
                required = true,
                paramLabel = "DIR|URL",
                description = "The data folder of a control plane, or its database.")
        private String from;

        @Option(names = "--to", required = true, paramLabel = "FILE", description = "The new file.")
        private Path to;

        @Override
        public Integer call() {
            print(output, "saved", StoreUpkeep.backup(from, to.toAbsolutePath().normalize()));
            return 0;
        }
    }

    @Command(
            name = "restore",
            description = {
                "Puts a backup into an empty place, and checks it.",
                "Nodes take a snapshot of what was restored when they connect."
            },
            mixinStandardHelpOptions = true)
    static final class Restore implements Callable<Integer> {
        @Mixin private Output output;

        @Option(
                names = "--from",
                required = true,
                paramLabel = "FILE",
                description = "What backup made.")
        private Path from;

        @Option(
                names = "--to",
                required = true,
                paramLabel = "DIR|URL",
                description = "A data folder without a store, or an empty database.")
        private String to;

        @Override
        public Integer call() {
            print(output, "restored", StoreUpkeep.restore(from.toAbsolutePath().normalize(), to));
            return 0;
        }
    }

    @Command(
            name = "collect",
            description = {
                "Takes modules and archives of files out of a store in use that no retained version"
                        + " needs, now; control planes do it every hour.",
                "What the present deployment of a function names stays, and what the five before it"
                        + " name. A version that needed what went stays listed."
            },
            mixinStandardHelpOptions = true)
    static final class Collect implements Callable<Integer> {
        /// Calls for one command: each takes out 4 GiB at most.
        private static final int CALLS_MAX = 1_000;

        @Mixin private ControlOptions control;
        @Mixin private Output output;

        @Option(
                names = "--older-than",
                defaultValue = "7d",
                paramLabel = "TIME",
                description =
                        "Leaves alone what was uploaded or made a version since, like 90m, 12h or"
                                + " 30d (default: ${DEFAULT-VALUE}).")
        private String olderThan;

        @Override
        public Integer call() {
            long seconds = TimeSpan.seconds("--older-than", olderThan);
            var fleet = control.client().fleet();
            var all = new Api.Collected(0, 0, 0, false);
            for (int call = 0; call < CALLS_MAX && !all.whole(); call++) {
                all = sum(all, fleet.collect(seconds));
            }
            output.result(
                    all,
                    List.of(
                            "collected: %d modules and %d archives, %d KiB"
                                    .formatted(all.modules(), all.archives(), all.bytes() >> 10)));
            return ExitCode.OK;
        }

        private static Api.Collected sum(Api.Collected one, Api.Collected other) {
            return new Api.Collected(
                    one.modules() + other.modules(),
                    one.archives() + other.archives(),
                    one.bytes() + other.bytes(),
                    other.whole());
        }
    }

    @Command(
            name = "forget-secrets",
            description = {
                "Takes all secrets out of a store whose key for them is lost.",
                "No control plane may run meanwhile; the secrets are set anew after it."
            },
            mixinStandardHelpOptions = true)
    static final class ForgetSecrets implements Callable<Integer> {
        @Mixin private Output output;

        @Option(
                names = "--from",
                required = true,
                paramLabel = "DIR|URL",
                description = "The data folder of the control plane, or its database.")
        private String from;

        @Override
        public Integer call() {
            long count = StoreUpkeep.forgetSecrets(from);
            output.result(
                    Map.of("forgotten", count), List.of("%d secrets forgotten".formatted(count)));
            return 0;
        }
    }

    private static void print(Output output, String done, Copied copied) {
        output.result(
                copied,
                List.of(
                        "%s: revision %d (%d in the log), %d modules and archives"
                                .formatted(
                                        done,
                                        copied.position().revision(),
                                        copied.revisions(),
                                        copied.blobs())));
    }
}

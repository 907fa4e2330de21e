package dev.cress.cli;

import dev.cress.control.StoreMove;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;

/// `cress store`.
@Command(
        name = "store",
        description = "Looks after the store of a control plane that is stopped.",
        mixinStandardHelpOptions = true,
        subcommands = StoreCommand.Migrate.class)
final class StoreCommand implements Runnable {
    @Spec private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "say what to do: migrate");
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
            var copied = StoreMove.run(from.toAbsolutePath().normalize(), to);
            output.result(
                    copied,
                    List.of(
                            "moved: revision %d (%d in the log), %d modules and archives"
                                    .formatted(
                                            copied.position().revision(),
                                            copied.revisions(),
                                            copied.blobs()),
                            "start it with: cress run control-plane --data %s --store URL"
                                    .formatted(from)));
            return 0;
        }
    }
}

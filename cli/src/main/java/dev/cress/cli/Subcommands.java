package dev.cress.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// The commands of `cress`. picocli looks at each option of a command by reflection, which takes a
/// JVM that has just begun some 10 ms a command: only the one that is asked for is looked at, and
/// all of them where none is, for the help.
final class Subcommands {
    private static final List<Class<?>> ALL =
            List.of(
                    UpCommand.class,
                    RunCommand.class,
                    DeployCommand.class,
                    ApplyCommand.class,
                    VersionsCommand.class,
                    PromoteCommand.class,
                    RollbackCommand.class,
                    DeleteCommand.class,
                    StatusCommand.class,
                    LogsCommand.class,
                    InspectCommand.class,
                    TokenCommand.class,
                    AuditCommand.class,
                    TenantCommand.class,
                    NodeCommand.class,
                    KeyCommand.class,
                    SecretCommand.class,
                    StoreCommand.class,
                    TrainCommand.class);

    private static final List<Class<?>> OF_RUN =
            List.of(
                    RunControlPlaneCommand.class,
                    RunNodeCommand.class,
                    RunRouterCommand.class,
                    RunRelayCommand.class);

    private Subcommands() {}

    /// Gives the line the commands that these words may mean.
    static void add(CommandLine cress, String... words) {
        add(cress, ALL, Arrays.stream(words).findFirst());
        CommandLine run = cress.getSubcommands().get("run");
        if (run != null) {
            add(run, OF_RUN, Arrays.stream(words).skip(1).findFirst());
        }
    }

    private static void add(CommandLine line, List<Class<?>> commands, Optional<String> word) {
        List<Class<?>> asked =
                commands.stream()
                        .filter(command -> word.equals(Optional.of(name(command))))
                        .toList();
        (asked.isEmpty() ? commands : asked).forEach(line::addSubcommand);
    }

    private static String name(Class<?> command) {
        return command.getAnnotation(Command.class).name();
    }
}

package dev.cress.cli;

import dev.cress.contract.Api;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;

/// `cress audit`.
@Command(
        name = "audit",
        description = {
            "Shows who changed what, newest first, and who was refused. Entries stay for 90 days."
        },
        mixinStandardHelpOptions = true)
final class AuditCommand implements Callable<Integer> {
    @Mixin private ControlOptions control;
    @Mixin private Output output;

    @Option(
            names = {"-n", "--lines"},
            defaultValue = "50",
            paramLabel = "N",
            description = "How many, 1 to 1000 (default: ${DEFAULT-VALUE}).")
    private int count;

    @Override
    public Integer call() {
        if (count < 1 || count > Api.LIST_MAX) {
            throw new CliException(
                    "--lines %d is out of range: 1 to %d".formatted(count, Api.LIST_MAX),
                    ExitCode.USAGE);
        }
        output.list(
                control.client().fleet().audit(count),
                List.of("TIME", "TOKEN", "FROM", "TENANT", "OPERATION", "THING", "OUTCOME"),
                AuditCommand::row);
        return ExitCode.OK;
    }

    private static List<String> row(Api.AuditEntry entry) {
        var tenant = entry.tenant();
        return List.of(
                Instant.ofEpochMilli(entry.atMs()).toString(),
                entry.tokenName().isEmpty() ? "-" : entry.tokenName(),
                entry.address(),
                tenant == null ? "-" : tenant.value(),
                entry.operation(),
                entry.thing().isEmpty() ? "-" : entry.thing(),
                outcome(entry));
    }

    private static String outcome(Api.AuditEntry entry) {
        String times = entry.count() == 1 ? "" : " ×" + entry.count();
        String revision = entry.revision() == 0 ? "" : ", revision " + entry.revision();
        return entry.outcome() + times + revision;
    }
}

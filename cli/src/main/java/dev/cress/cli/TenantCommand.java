package dev.cress.cli;

import dev.cress.contract.Api.TenantInfo;
import dev.cress.contract.Quota;
import dev.cress.contract.TenantName;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

/// `cress tenant`.
@Command(
        name = "tenant",
        description = "Makes, lists and deletes tenants, and says what each may use.",
        mixinStandardHelpOptions = true,
        subcommands = {
            TenantCommand.Create.class,
            TenantCommand.ListAll.class,
            TenantCommand.Limit.class,
            TenantCommand.Delete.class
        })
final class TenantCommand implements Runnable {
    private static final List<String> HEADING =
            List.of("TENANT", "FUNCTIONS", "STORAGE KIB", "CONCURRENCY", "REQUESTS/S");

    @Spec private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(), "say what to do: create, list, quota or delete");
    }

    private static List<String> row(TenantInfo tenant) {
        Quota quota = tenant.quota();
        Long bytes = quota.storageBytes();
        return List.of(
                tenant.name().value(),
                used(tenant.usage().functions(), quota.functions()),
                used(
                        (tenant.usage().storageBytes() + 1023) / 1024,
                        bytes == null ? null : bytes / 1024),
                QuotaOptions.text(quota.concurrency()),
                QuotaOptions.text(quota.requestsPerSecond()));
    }

    private static List<String> table(TenantInfo tenant) {
        return Output.table(HEADING, List.of(tenant), TenantCommand::row);
    }

    private static String used(long has, @Nullable Number most) {
        return "%d of %s".formatted(has, QuotaOptions.text(most));
    }

    @Command(
            name = "create",
            description = "Makes a tenant, whose functions answer at NAME.TENANT.DOMAIN.",
            mixinStandardHelpOptions = true)
    static final class Create implements Callable<Integer> {
        @Mixin private ControlOptions control;
        @Mixin private QuotaOptions quota;
        @Mixin private Output output;

        @Parameters(paramLabel = "TENANT", description = "A DNS label.")
        private String name;

        @Override
        public Integer call() {
            var made =
                    control.client()
                            .fleet()
                            .createTenant(new TenantName(name), quota.over(Quota.DEFAULT));
            output.result(made, table(made));
            return ExitCode.OK;
        }
    }

    @Command(
            name = "list",
            description = "Lists tenants: what each has, and may have.",
            mixinStandardHelpOptions = true)
    static final class ListAll implements Callable<Integer> {
        @Mixin private ControlOptions control;
        @Mixin private Output output;

        @Override
        public Integer call() {
            output.list(control.client().fleet().tenants(), HEADING, TenantCommand::row);
            return ExitCode.OK;
        }
    }

    @Command(
            name = "quota",
            description = {
                "Shows what a tenant may use, or changes what is named. What it has beyond it",
                "stays."
            },
            mixinStandardHelpOptions = true)
    static final class Limit implements Callable<Integer> {
        @Mixin private ControlOptions control;
        @Mixin private QuotaOptions quota;
        @Mixin private Output output;

        @Parameters(paramLabel = "TENANT", description = "Whose.")
        private String name;

        @Override
        public Integer call() {
            ControlClient client = control.client();
            var tenant = new TenantName(name);
            TenantInfo known = client.fleet().tenant(tenant);
            Quota wanted = quota.over(known.quota());
            TenantInfo shown =
                    wanted.equals(known.quota()) ? known : client.fleet().putQuota(tenant, wanted);
            output.result(shown, table(shown));
            return ExitCode.OK;
        }
    }

    @Command(
            name = "delete",
            description = {
                "Takes a tenant away that has no functions, with its tokens and what it",
                "uploaded."
            },
            mixinStandardHelpOptions = true)
    static final class Delete implements Callable<Integer> {
        @Mixin private ControlOptions control;
        @Mixin private Output output;

        @Parameters(paramLabel = "TENANT", description = "Which one.")
        private String name;

        @Override
        public Integer call() {
            control.client().fleet().deleteTenant(new TenantName(name));
            output.result(Map.of("deleted", name), List.of("tenant %s deleted".formatted(name)));
            return ExitCode.OK;
        }
    }
}

package dev.cress.cli;

import dev.cress.contract.Api;
import dev.cress.contract.Deployment;
import dev.cress.contract.Share;
import dev.cress.contract.Version;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/// `cress versions`.
@Command(
        name = "versions",
        description = {
            "Lists a function's versions and what traffic each gets.",
            "A collected one needs what the store has no more: deploy it from its module again."
        },
        mixinStandardHelpOptions = true)
final class VersionsCommand implements Callable<Integer> {
    @Mixin private ControlOptions control;
    @Mixin private Output output;

    @Parameters(paramLabel = "NAME", description = "The function.")
    private String name;

    @Override
    public Integer call() {
        ControlClient client = control.client();
        Api.FunctionInfo shown = client.function(name);
        var function =
                new Api.FunctionInfo(
                        shown.name(),
                        shown.deployment(),
                        client.versions(shown.name()),
                        shown.deployments());
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("VERSION", "TRAFFIC", "MODULE", "KIB", "CREATED"));
        for (Version version : function.versions()) {
            rows.add(
                    List.of(
                            Integer.toString(version.number()),
                            version.collected()
                                    ? "collected"
                                    : traffic(function.deployment(), version.number()),
                            version.module().shortHex(),
                            Long.toString((version.moduleBytes() + 1023) / 1024),
                            Instant.ofEpochMilli(version.createdAtMs()).toString()));
        }
        output.result(function, Output.table(rows));
        return ExitCode.OK;
    }

    static String traffic(@Nullable Deployment live, int version) {
        if (live != null) {
            for (Share share : live.shares()) {
                if (share.version() == version) {
                    return Percent.of(share.basisPoints()) + "%";
                }
            }
        }
        return "-";
    }
}

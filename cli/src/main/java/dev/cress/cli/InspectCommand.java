package dev.cress.cli;

import dev.cress.contract.Sha256;
import dev.cress.wasm.Inspection;
import dev.cress.wasm.WasmHost;
import dev.cress.wasm.guest.RefusedModuleException;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/// `cress inspect`.
@Command(
        name = "inspect",
        description = {
            "Looks at a module without running it: its ABI, imports and exports, what is missing,"
                    + " what it",
            "would cost. Exit code 1 if it would be refused."
        },
        mixinStandardHelpOptions = true)
final class InspectCommand implements Callable<Integer> {
    @Mixin private Output output;

    @Parameters(paramLabel = "MODULE", description = "A .wasm file.")
    private Path module;

    /// What is printed as JSON.
    record Report(
            Sha256 sha256,
            long bytes,
            String abi,
            String problem,
            List<Inspection.Imports> imports,
            List<String> exports,
            int functions,
            long memoryBytes,
            long codeBytes,
            long dataBytes,
            long customBytes) {}

    @Override
    public Integer call() {
        byte[] bytes = Source.read(module);
        Inspection seen;
        try {
            seen = WasmHost.inspect(bytes);
        } catch (RefusedModuleException e) {
            throw new CliException("%s: %s".formatted(module, e.getMessage()));
        }
        var report =
                new Report(
                        Sha256.of(bytes),
                        bytes.length,
                        seen.abi().map(abi -> abi.text()).orElse("none"),
                        seen.problem(),
                        seen.imports(),
                        seen.exports(),
                        seen.functions(),
                        seen.memoryBytes(),
                        seen.codeBytes(),
                        seen.dataBytes(),
                        seen.customBytes());
        output.result(report, text(report));
        return seen.problem().isEmpty() ? ExitCode.OK : ExitCode.ERROR;
    }

    private List<String> text(Report report) {
        List<String> lines = new ArrayList<>();
        lines.add("module    %s, %d KiB".formatted(module, kib(report.bytes())));
        lines.add("sha256    " + report.sha256());
        lines.add("abi       " + report.abi());
        lines.add(
                "contents  %d functions, %d KiB code, %d KiB data, %d KiB custom sections"
                        .formatted(
                                report.functions(),
                                kib(report.codeBytes()),
                                kib(report.dataBytes()),
                                kib(report.customBytes())));
        lines.add("memory    %d KiB at its start".formatted(kib(report.memoryBytes())));
        String label = "imports   ";
        for (Inspection.Imports family : report.imports()) {
            lines.add(label + text(family));
            label = "          ";
        }
        lines.add("exports   " + String.join(", ", report.exports()));
        lines.add(
                report.problem().isEmpty()
                        ? "verdict   it can run here"
                        : "verdict   refused: " + report.problem());
        return lines;
    }

    /// The family, how much of it is there, and what isn't; what is, isn't named one by one.
    private static String text(Inspection.Imports family) {
        int wanted = family.names().size();
        int missing = family.missing().size();
        String offered =
                missing == 0
                        ? "%s: all %d are offered".formatted(family.module(), wanted)
                        : "%s: %d of %d are offered, missing are %s"
                                .formatted(
                                        family.module(),
                                        wanted - missing,
                                        wanted,
                                        String.join(", ", family.missing()));
        return family.unsupported().isEmpty()
                ? offered
                : "%s; these only answer `unsupported`: %s"
                        .formatted(offered, String.join(", ", family.unsupported()));
    }

    private static long kib(long bytes) {
        return (bytes + 1023) / 1024;
    }
}

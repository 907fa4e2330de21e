package dev.cress.cli;

import dev.cress.contract.Build;
import dev.cress.contract.ContractException;
import dev.cress.control.ControlPlaneException;
import dev.cress.identity.IdentityException;
import dev.cress.node.config.NodeException;
import dev.cress.relay.RelayException;
import dev.cress.router.RouterException;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;

/// The `cress` command. Results go to standard output, everything else to standard error.
@Command(
        name = "cress",
        description =
                "Edge functions on the JVM: upload a WebAssembly module, the nearest node answers.",
        mixinStandardHelpOptions = true,
        versionProvider = Cress.Version.class,
        footer = {
            "",
            "A first answer:",
            "  cress up                          everything on this machine, with the example"
                    + " hello",
            "  cress deploy greet greet.wasm     in another terminal: your own module",
            "",
            "Exit codes: 0 done, 1 failed, 2 wrong usage, 3 deployed but not on every node yet."
        })
public final class Cress implements Runnable {
    @Spec private CommandSpec spec;

    private Cress() {}

    public static void main(String[] args) {
        System.exit(execute(args));
    }

    /// Runs one command and returns its exit code.
    public static int execute(String... args) {
        return commandLine(args).execute(args);
    }

    /// Runs one command that writes to these instead of standard output and standard error.
    public static int execute(PrintWriter out, PrintWriter err, String... args) {
        return commandLine(args).setOut(out).setErr(err).execute(args);
    }

    static CommandLine commandLine(String... args) {
        var line = new CommandLine(new Cress());
        Subcommands.add(line, args);
        line.setOut(new PrintWriter(System.out, true, StandardCharsets.UTF_8));
        line.setErr(new PrintWriter(System.err, true, StandardCharsets.UTF_8));
        line.setExecutionExceptionHandler(Cress::explain);
        line.setCaseInsensitiveEnumValuesAllowed(true);
        return line;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "say what to do: a command is missing");
    }

    private static int explain(Exception e, CommandLine line, CommandLine.ParseResult parsed)
            throws Exception {
        return switch (e) {
            case CliException ours -> {
                line.getErr().println("cress: " + ours.getMessage());
                yield ours.exitCode();
            }
            case ContractException _,
                    ControlPlaneException _,
                    IdentityException _,
                    NodeException _,
                    RelayException _,
                    RouterException _ -> {
                line.getErr().println("cress: " + e.getMessage());
                yield ExitCode.ERROR;
            }
            default -> throw e;
        };
    }

    /// The version of this build.
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"cress " + Build.version() + " on Java " + Runtime.version()};
        }
    }
}

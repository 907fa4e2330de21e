package dev.cress.cli;

import picocli.CommandLine;

import java.io.PrintWriter;
import java.io.StringWriter;

/// One run of the `cress` command in this process, and what it said.
record Cli(int exitCode, String out, String err) {
    static Cli run(String... args) {
        var out = new StringWriter();
        var err = new StringWriter();
        CommandLine line = Cress.commandLine(args);
        line.setOut(new PrintWriter(out, true));
        line.setErr(new PrintWriter(err, true));
        int exitCode = line.execute(args);
        return new Cli(exitCode, out.toString(), err.toString());
    }
}

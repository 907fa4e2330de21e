package dev.cress.cli;

/// The exit codes of the `cress` command.
final class ExitCode {
    static final int OK = 0;
    static final int ERROR = 1;
    static final int USAGE = 2;

    /// A deployment is durable, but not every node serves it yet.
    static final int SOME = 3;

    private ExitCode() {}
}

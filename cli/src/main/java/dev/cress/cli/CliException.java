package dev.cress.cli;

/// Ends a command with a message for its user and an exit code.
final class CliException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int exitCode;
    private final String code;

    CliException(String message) {
        this(message, ExitCode.ERROR);
    }

    CliException(String message, int exitCode) {
        this(message, exitCode, "");
    }

    private CliException(String message, int exitCode, String code) {
        super(message);
        this.exitCode = exitCode;
        this.code = code;
    }

    /// The control plane won't.
    ///
    /// @param code its word for why, for programs
    static CliException refused(String message, String code) {
        return new CliException(message, ExitCode.ERROR, code);
    }

    /// Why the control plane won't, in its word; empty if it wasn't asked.
    String code() {
        return code;
    }

    int exitCode() {
        return exitCode;
    }
}

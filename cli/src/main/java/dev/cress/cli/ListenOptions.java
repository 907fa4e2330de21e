package dev.cress.cli;

import picocli.CommandLine.Option;

/// Where a node or router listens, but for the port that clients use.
final class ListenOptions {
    @Option(
            names = "--bind",
            defaultValue = "127.0.0.1",
            paramLabel = "ADDRESS",
            description =
                    "The address that it serves on (default: ${DEFAULT-VALUE}, this machine only).")
    private String bind;

    @Option(
            names = "--admin-port",
            defaultValue = "0",
            paramLabel = "PORT",
            description =
                    "Where its metrics and health are, on this machine only (default: any free"
                            + " one).")
    private int adminPort;

    String bind() {
        return bind;
    }

    int adminPort() {
        return adminPort;
    }
}

package dev.cress.cli;

import picocli.CommandLine.Option;

/// Under which domain functions have host names.
final class DomainOption {
    @Option(
            names = "--domain",
            defaultValue = "localhost",
            paramLabel = "DOMAIN",
            description = "Functions answer at NAME.DOMAIN (default: ${DEFAULT-VALUE}).")
    private String domain;

    String domain() {
        return domain;
    }
}

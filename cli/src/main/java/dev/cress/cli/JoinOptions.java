package dev.cress.cli;

import picocli.CommandLine.Option;

import java.net.URI;

/// How a node or router finds its control plane.
final class JoinOptions {
    @Option(
            names = "--control",
            defaultValue = ControlOptions.DEFAULT_CONTROL,
            paramLabel = "URL",
            description = "The control plane (default: ${DEFAULT-VALUE}).")
    private String control;

    @Option(
            names = "--join",
            required = true,
            paramLabel = "TOKEN",
            description = "A token of scope join: `cress token create NAME --scope join`.")
    private String token;

    URI control() {
        return ControlOptions.url(control);
    }

    String token() {
        return token;
    }
}

package dev.cress.cli;

import dev.cress.node.config.AddressRange;
import dev.cress.node.config.CapabilityConfig;
import dev.cress.node.config.OutboundConfig;
import dev.cress.node.config.OutboundConfig.OutboundLimits;

import picocli.CommandLine.Option;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// What guests may ask of their nodes, beside what their manifests say.
final class CapabilityOptions {
    @Option(
            names = "--allow-outbound",
            paramLabel = "CIDR",
            split = ",",
            description =
                    "Addresses that functions may send requests to although they aren't public,"
                            + " such as 10.1.0.0/16, if their manifests grant the host; may be"
                            + " given again (default: none).")
    private List<String> allowed = List.of();

    @Option(
            names = "--outbound-ca",
            paramLabel = "FILE",
            description =
                    "A PEM file of certificate authorities that are trusted beside the JDK's when"
                            + " functions send requests.")
    private Optional<Path> authorities = Optional.empty();

    @Option(
            names = "--secrets",
            paramLabel = "DIR",
            description =
                    "A folder with values of secrets, DIR/FUNCTION/NAME, one file each, for"
                        + " functions whose manifests name them; here they come before what `cress"
                        + " secret set` says (default: none).")
    private Optional<Path> secrets = Optional.empty();

    CapabilityConfig config() {
        var outbound =
                new OutboundConfig(
                        allowed.stream().map(AddressRange::of).toList(),
                        authorities,
                        OutboundLimits.DEFAULT);
        return new CapabilityConfig(secrets, outbound);
    }
}

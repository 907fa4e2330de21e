package dev.cress.cli;

import dev.cress.relay.Relay;
import dev.cress.relay.RelayConfig;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;

/// `cress run relay`.
@Command(
        name = "relay",
        description = {
            "Runs one relay: nodes whose --control it is have their sessions and get their files"
                    + " there, and the",
            "control plane has one session for all of them. Files are kept in DIR/relay."
        },
        mixinStandardHelpOptions = true)
final class RunRelayCommand implements Callable<Integer> {
    @Mixin private DataOption data;
    @Mixin private JoinOptions join;
    @Mixin private ListenOptions listen;
    @Mixin private Output output;

    @Option(
            names = "--name",
            defaultValue = "relay-1",
            paramLabel = "NAME",
            description = "Its name, unique among relays (default: ${DEFAULT-VALUE}).")
    private String name;

    @Option(
            names = "--port",
            defaultValue = "7071",
            paramLabel = "PORT",
            description = "Where nodes reach it, 0 for any free one (default: ${DEFAULT-VALUE}).")
    private int port;

    @Option(
            names = "--blob-mib",
            defaultValue = "4096",
            paramLabel = "MIB",
            description =
                    "What modules and archives may take on the disk; those that were asked for"
                            + " least lately go (default: ${DEFAULT-VALUE}).")
    private long blobMib;

    @Override
    public Integer call() {
        Path folder = data.folder().resolve("relay");
        var identity = join.identity(folder.resolve("identity"), name, null);
        List<URI> ways = join.ways(identity);
        var local =
                RelayConfig.of(
                        name,
                        ways.getFirst(),
                        identity.isPresent() ? "of the certificate" : join.token(),
                        folder);
        var config =
                identity.map(local::with)
                        .orElse(local)
                        .by(ways)
                        .withListen(listen.bind(), port, listen.adminPort())
                        .withBlobBytesMax(blobMib << 20);
        return StopSignal.run(output::say, stop -> run(config, stop));
    }

    private void run(RelayConfig config, StopSignal stop) {
        try (Relay relay = Relay.start(config)) {
            output.line(
                    "relay %s at %s (metrics http://127.0.0.1:%d/metrics)"
                            .formatted(config.name(), relay.url(), relay.adminPort()));
            if (stop.awaitOr(relay::isConnected)) {
                output.line("ready");
                stop.await();
            }
        }
    }
}

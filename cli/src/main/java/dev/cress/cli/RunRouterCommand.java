package dev.cress.cli;

import dev.cress.router.Router;
import dev.cress.router.RouterConfig;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;

/// `cress run router`.
@Command(
        name = "router",
        description = {
            "Runs one router: it sends each client to the nearest healthy node. What it knows of"
                    + " the fleet is",
            "in DIR/router: it works also while the control plane is away."
        },
        mixinStandardHelpOptions = true)
final class RunRouterCommand implements Callable<Integer> {
    @Mixin private DataOption data;
    @Mixin private JoinOptions join;
    @Mixin private ListenOptions listen;
    @Mixin private DomainOption domain;
    @Mixin private Output output;

    @Option(
            names = "--name",
            defaultValue = "router-1",
            paramLabel = "NAME",
            description =
                    "Its name among those that have joined with certificates (default:"
                            + " ${DEFAULT-VALUE}).")
    private String name;

    @Option(
            names = "--port",
            defaultValue = "8080",
            paramLabel = "PORT",
            description = "Where functions answer, 0 for any free one (default: ${DEFAULT-VALUE}).")
    private int port;

    @Option(
            names = "--trusted-peer",
            paramLabel = "CIDR",
            description =
                    "Whose x-forwarded-for is believed, may be repeated (default: this machine"
                            + " only).")
    private List<String> trustedPeers = List.of();

    @Option(
            names = "--locations",
            paramLabel = "FILE",
            description = "A location table in MaxMind's format (default: countries, built in).")
    private Optional<Path> locations = Optional.empty();

    @Override
    public Integer call() {
        RouterConfig config = config();
        return StopSignal.run(output::say, stop -> run(config, stop));
    }

    private RouterConfig config() {
        Path folder = data.folder().resolve("router");
        var identity = join.identity(folder.resolve("identity"), name, null);
        List<URI> ways = join.ways(identity);
        RouterConfig local =
                RouterConfig.of(
                                ways.getFirst(),
                                identity.isPresent() ? "of the certificate" : join.token(),
                                folder)
                        .withListen(listen.bind(), port)
                        .withDomain(domain.domain())
                        .withAdmin(RouterConfig.LOOPBACK, listen.adminPort());
        RouterConfig config = identity.map(local::with).orElse(local).by(ways);
        if (!trustedPeers.isEmpty()) {
            config = config.withTrustedPeers(trustedPeers);
        }
        if (locations.isPresent()) {
            config = config.withLocationTable(locations.get());
        }
        return config;
    }

    private void run(RouterConfig config, StopSignal stop) {
        try (Router router = Router.start(config)) {
            URI health = URI.create("http://127.0.0.1:%d/health".formatted(router.adminPort()));
            output.line(
                    "router %s (metrics http://127.0.0.1:%d/metrics)"
                            .formatted(router.url(), router.adminPort()));
            if (stop.awaitOr(() -> Waiting.answers(health))) {
                output.line("ready");
                stop.await();
            }
        }
    }
}

package dev.cress.cli;

import dev.cress.node.EdgeNode;
import dev.cress.node.config.NodeConfig;
import dev.cress.node.config.NodeConfig.NodeLimits;
import dev.cress.wasm.WasmHost;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;

/// `cress run node`.
@Command(
        name = "node",
        description = {
            "Runs one edge node. What it was told is in DIR/nodes/NAME: it serves that also while"
                    + " the control",
            "plane is away."
        },
        mixinStandardHelpOptions = true)
final class RunNodeCommand implements Callable<Integer> {
    @Mixin private DataOption data;
    @Mixin private JoinOptions join;
    @Mixin private ListenOptions listen;
    @Mixin private DomainOption domain;
    @Mixin private CapabilityOptions capabilities;
    @Mixin private Output output;

    @Option(
            names = "--region",
            required = true,
            paramLabel = "NAME[@LAT,LON]",
            description = "Where it is: fra@50.1,8.7, or a known airport's name.")
    private String region;

    @Option(
            names = "--name",
            paramLabel = "NAME",
            description = "The node's name, unique in the fleet (default: REGION-1).")
    private Optional<String> name = Optional.empty();

    @Option(
            names = "--port",
            defaultValue = "0",
            paramLabel = "PORT",
            description =
                    "Where it serves, 0 for the port that it had before, if it is free, else any"
                            + " (default: ${DEFAULT-VALUE}).")
    private int port;

    @Option(
            names = "--advertise",
            paramLabel = "URL",
            description = "By which routers reach it (default: http://ADDRESS:PORT).")
    private Optional<String> advertise = Optional.empty();

    @Option(
            names = "--warm-up",
            defaultValue = "2s",
            paramLabel = "TIME",
            description =
                    "For how long a new version is run before it takes traffic, at most 20s; 0s for"
                            + " not at all (default: ${DEFAULT-VALUE}).")
    private String warmUp;

    @Override
    public Integer call() {
        Region at = Region.parse(region);
        String nodeName = name.orElse(at.name() + "-1");
        Path folder = data.folder().resolve("nodes").resolve(nodeName);
        var identity = join.identity(folder.resolve("identity"), nodeName, at.name());
        var place = identity.map(member -> at.movedTo(member)).orElse(at);
        List<URI> ways = join.ways(identity);
        var local =
                new NodeConfig(
                        nodeName,
                        place.name(),
                        place.latitude(),
                        place.longitude(),
                        ways.getFirst(),
                        identity.isPresent() ? "of the certificate" : join.token(),
                        folder,
                        domain.domain(),
                        listen.bind(),
                        port,
                        listen.adminPort(),
                        advertise.map(url -> ControlOptions.url("--advertise", url)),
                        limits(),
                        capabilities.config());
        var config = identity.map(local::with).orElse(local).by(ways);
        return StopSignal.run(output::say, stop -> run(config, stop));
    }

    private NodeLimits limits() {
        var time = Duration.ofSeconds(TimeSpan.seconds("--warm-up", warmUp));
        if (time.compareTo(NodeLimits.WARM_UP_MAX) > 0) {
            throw new CliException(
                    "--warm-up '%s' is more than %d s"
                            .formatted(warmUp, NodeLimits.WARM_UP_MAX.toSeconds()),
                    ExitCode.USAGE);
        }
        return NodeLimits.DEFAULT.withWarmUp(time);
    }

    private void run(NodeConfig config, StopSignal stop) {
        try (WasmHost host = WasmHost.forAnybodysModules(config.data().resolve("images"));
                EdgeNode node = EdgeNode.start(config, host)) {
            output.line(
                    "node %s at %s (metrics http://127.0.0.1:%d/metrics)"
                            .formatted(config.name(), node.url(), node.adminPort()));
            if (stop.awaitOr(node::isServing)) {
                output.line("ready");
                stop.await();
            }
        }
    }
}

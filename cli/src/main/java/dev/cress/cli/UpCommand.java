package dev.cress.cli;

import dev.cress.contract.FleetStatus;
import dev.cress.node.config.NodeConfig.NodeLimits;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.net.URI;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.function.BooleanSupplier;

/// `cress up`: everything in one process, for one machine.
@Command(
        name = "up",
        description = {
            "Runs everything in one process: control plane, nodes, router.",
            "Where nothing was ever deployed it deploys the example function hello, so that there"
                    + " is an answer at once."
        },
        mixinStandardHelpOptions = true,
        footer = {"", "It says `ready` when everything answers, and stops on Ctrl-C or SIGTERM."})
final class UpCommand implements Callable<Integer> {
    private static final Duration START_MAX = Duration.ofSeconds(60);

    @Mixin private DataOption data;
    @Mixin private DomainOption domain;
    @Mixin private CapabilityOptions capabilities;
    @Mixin private Output output;

    @Option(
            names = "--port",
            defaultValue = "8080",
            paramLabel = "PORT",
            description = "Where functions answer, 0 for any free one (default: ${DEFAULT-VALUE}).")
    private int port;

    @Option(
            names = "--control-port",
            defaultValue = "7070",
            paramLabel = "PORT",
            description = "The control plane's, 0 for any free one (default: ${DEFAULT-VALUE}).")
    private int controlPort;

    @Option(
            names = "--nodes",
            defaultValue = "2",
            paramLabel = "N",
            description =
                    "How many nodes, each in a region of its own, 1 to 6 (default:"
                            + " ${DEFAULT-VALUE}).")
    private int nodes;

    @Option(
            names = "--bind",
            defaultValue = "127.0.0.1",
            paramLabel = "ADDRESS",
            description = "The router's address (default: ${DEFAULT-VALUE}, this machine only).")
    private String bind;

    @Option(names = "--empty", description = "Don't deploy the example hello.")
    private boolean empty;

    @Override
    public Integer call() {
        if (nodes < 1 || nodes > Fleet.Setup.REGIONS.size()) {
            throw new CliException(
                    "--nodes %d is out of range: 1 to %d"
                            .formatted(nodes, Fleet.Setup.REGIONS.size()),
                    ExitCode.USAGE);
        }
        var setup =
                new Fleet.Setup(
                        data.folder(),
                        port,
                        controlPort,
                        Fleet.Setup.REGIONS.subList(0, nodes),
                        domain.domain(),
                        bind,
                        NodeLimits.DEFAULT,
                        capabilities.config());
        return StopSignal.run(output::say, stop -> run(setup, stop));
    }

    private void run(Fleet.Setup setup, StopSignal stop) {
        try (Fleet fleet = Fleet.start(setup)) {
            new KnownFleets(System.getenv())
                    .add(
                            fleet.controlUrl(),
                            new KnownFleets.Entry(
                                    fleet.operatorTokenFile().toString(),
                                    fleet.routerUrl().toString(),
                                    domain.domain()),
                            output::say);
            ControlClient client = fleet.client();
            BooleanSupplier helloSettled =
                    !empty && client.status().position().revision() == 0
                            ? HelloExample.deploy(client)
                            : () -> true;
            if (stop.awaitOr(
                    "every node serves",
                    START_MAX,
                    () -> fleet.isReady() && helloSettled.getAsBoolean())) {
                announce(fleet, isDeployed(client.status()));
                // whoever runs everything on one machine is likely to change a function and try it
                fleet.expectBuilds();
                stop.await();
            }
            output.say("stopping: requests in flight get 10 s");
        }
    }

    private void announce(Fleet fleet, boolean withHello) {
        output.line("control plane  " + fleet.controlUrl());
        fleet.nodes()
                .forEach(
                        (name, node) ->
                                output.line(
                                        "node %-9s %s (metrics http://127.0.0.1:%d/metrics)"
                                                .formatted(name, node.url(), node.adminPort())));
        output.line(
                "router         %s (metrics %s)"
                        .formatted(fleet.routerUrl(), fleet.routerAdminUrl().resolve("/metrics")));
        output.line("operator token " + fleet.operatorTokenFile());
        if (withHello) {
            announceHello(fleet.routerUrl());
        }
        output.line("ready");
    }

    private static boolean isDeployed(FleetStatus status) {
        return status.functions().stream()
                .anyMatch(
                        function ->
                                function.name().equals(HelloExample.NAME)
                                        && function.deployment() != null);
    }

    private void announceHello(URI router) {
        output.line("");
        String name = "hello." + domain.domain();
        if (!name.endsWith(".localhost") || router.getHost().equals("127.0.0.1")) {
            output.line("  curl http://%s:%d/".formatted(name, router.getPort()));
        }
        output.line("  curl -H 'Host: %s' %s/".formatted(name, router));
        output.line("");
    }
}

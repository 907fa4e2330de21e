package dev.cress.cli;

import dev.cress.control.ControlPlane;
import dev.cress.control.ControlPlaneConfig;
import dev.cress.wasm.WasmHost;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.net.URI;
import java.util.concurrent.Callable;

/// `cress run control-plane`.
@Command(
        name = "control-plane",
        description = {
            "Runs the control plane: it keeps modules and deployments and pushes them to nodes.",
            "The first start makes an operator token, DIR/operator.token."
        },
        mixinStandardHelpOptions = true)
final class RunControlPlaneCommand implements Callable<Integer> {
    @Mixin private DataOption data;
    @Mixin private Output output;

    @Mixin private StoreOption store;

    @Option(
            names = "--control-port",
            defaultValue = "7070",
            paramLabel = "PORT",
            description = "Where it listens, 0 for any free one (default: ${DEFAULT-VALUE}).")
    private int port;

    @Option(
            names = "--bind",
            defaultValue = "127.0.0.1",
            paramLabel = "ADDRESS",
            description =
                    "The address that it listens on (default: ${DEFAULT-VALUE}, this machine"
                            + " only).")
    private String bind;

    @Option(
            names = "--insecure",
            description =
                    "Listen beyond this machine although there is no TLS: tokens can be read on the"
                            + " way.")
    private boolean insecure;

    @Override
    public Integer call() {
        var local =
                ControlPlaneConfig.of(data.folder()).withPort(port).withBindAddress(bind, insecure);
        var config = store.url().map(local::withStore).orElse(local);
        return StopSignal.run(output::say, stop -> run(config, stop));
    }

    private void run(ControlPlaneConfig config, StopSignal stop) {
        try (WasmHost host = WasmHost.forAnybodysModules(data.folder().resolve("images"));
                ControlPlane control = ControlPlane.start(config, new Preparing(host))) {
            new KnownFleets(System.getenv())
                    .add(
                            URI.create(control.url()),
                            new KnownFleets.Entry(control.operatorTokenFile().toString(), "", ""),
                            output::say);
            output.line("control plane  " + control.url());
            output.line("operator token " + control.operatorTokenFile());
            output.line("ready");
            stop.await();
        }
    }
}

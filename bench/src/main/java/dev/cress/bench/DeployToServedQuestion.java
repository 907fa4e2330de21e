package dev.cress.bench;

import dev.cress.cli.Fleet;
import dev.cress.node.config.NodeConfig.NodeLimits;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/// From the first byte of a module's upload until each of three nodes serves it. The module is new
/// each time, so its image is built in a child JVM. A fleet in this process, whose nodes share the
/// control plane's images or have nothing of it but a line; warm-ups end after 100 ms.
final class DeployToServedQuestion implements Question {
    private static final double MEDIAN = 50;
    private static final double TAIL = 99;
    private static final int NODES = 3;
    private static final int KIB = 1 << 10;
    private static final NodeLimits LIMITS = NodeLimits.DEFAULT.withWarmUp(Duration.ofMillis(100));

    @Override
    public String name() {
        return "deploy-to-served";
    }

    @Override
    public String text() {
        return "how long until a new module is served by every node?";
    }

    @Override
    public void answer(Effort effort, PrintStream progress, Consumer<Line> lines)
            throws IOException, InterruptedException {
        int deploys = effort == Effort.FULL ? 20 : 1;
        List<String> guests =
                effort == Effort.FULL ? List.of("hello", "markdown") : List.of("hello");
        for (boolean apart : new boolean[] {false, true}) {
            Path data = Files.createTempDirectory("cress-bench");
            var regions = Fleet.Setup.REGIONS.subList(0, apart ? 0 : NODES);
            var setup = new Fleet.Setup(data, 0, 0, regions, "localhost", "127.0.0.1", LIMITS);
            try (var fleet = Fleet.start(setup);
                    var _ = new ApartNodes(fleet, apart ? NODES : 0, LIMITS, data);
                    var deployer = new Deployer(fleet)) {
                for (String guest : guests) {
                    lines.accept(
                            measure(deployer, guest, deploys).with("apart", apart ? "yes" : "no"));
                }
            } finally {
                Folders.delete(data);
            }
        }
    }

    private Line measure(Deployer deployer, String guest, int deploys) throws IOException {
        var times = new Times();
        deployer.deployNew(guest);
        double cpuMs = CpuTime.millis();
        for (int i = 0; i < deploys; i++) {
            long started = System.nanoTime();
            deployer.deployNew(guest);
            times.add(System.nanoTime() - started);
        }
        return Line.of(name())
                .with("nodes", NODES)
                .with("module_kb", Guest.wasm(guest).length / KIB)
                .with("p50_ms", times.millis(MEDIAN))
                .with("p99_ms", times.millis(TAIL))
                .with("cpu_ms", (CpuTime.millis() - cpuMs) / deploys)
                .with("n", times.count());
    }
}

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

/// From the first byte of a module's upload until each of three nodes serves it: the module is
/// new each time, so its image is built, in a child JVM on the control plane's side and on the
/// nodes'. A fleet in this process; warm-ups end after 100 ms.
final class DeployToServedQuestion implements Question {
    private static final double MEDIAN = 50;
    private static final double TAIL = 99;
    private static final int NODES = 3;
    private static final int KIB = 1 << 10;

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
        boolean full = effort == Effort.FULL;
        Path data = Files.createTempDirectory("cress-bench");
        var setup =
                new Fleet.Setup(
                        data,
                        0,
                        0,
                        Fleet.Setup.REGIONS.subList(0, NODES),
                        "localhost",
                        "127.0.0.1",
                        NodeLimits.DEFAULT.withWarmUp(Duration.ofMillis(100)));
        try (var fleet = Fleet.start(setup);
                var deployer = new Deployer(fleet)) {
            for (String guest : full ? List.of("hello", "markdown") : List.of("hello")) {
                var times = new Times();
                for (int i = -1; i < (full ? 20 : 1); i++) {
                    long started = System.nanoTime();
                    deployer.deployNew(guest);
                    if (i >= 0) {
                        times.add(System.nanoTime() - started);
                    }
                }
                lines.accept(
                        Line.of(name())
                                .with("nodes", NODES)
                                .with("module_kb", Guest.wasm(guest).length / KIB)
                                .with("p50_ms", times.millis(MEDIAN))
                                .with("p99_ms", times.millis(TAIL))
                                .with("n", times.count()));
            }
        } finally {
            Folders.delete(data);
        }
    }
}

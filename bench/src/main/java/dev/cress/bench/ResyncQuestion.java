package dev.cress.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.util.function.Consumer;

/// How long after a control plane that was killed is ready again its nodes are level. Each tries
/// again within 200 ms, where real ones wait longer the more often they failed.
final class ResyncQuestion implements Question {
    private static final double MEDIAN = 50;
    private static final double TAIL = 99;
    private static final double MILLIS_PER_SECOND = 1_000;

    @Override
    public String name() {
        return "resync";
    }

    @Override
    public String text() {
        return "how long after the control plane's restart are its nodes level?";
    }

    @Override
    public void answer(Effort effort, PrintStream progress, Consumer<Line> lines)
            throws IOException, InterruptedException {
        boolean full = effort == Effort.FULL;
        int nodes = full ? 1_000 : 20;
        try (var fleet = new StubFleet(nodes)) {
            fleet.deploy();
            var times = new Times();
            for (int round = 0; round < (full ? 5 : 1); round++) {
                times.addAll(fleet.restart());
            }
            lines.accept(
                    Line.of(name())
                            .with("nodes", nodes)
                            .with("after", "restart")
                            .with("p50_s", times.millis(MEDIAN) / MILLIS_PER_SECOND)
                            .with("p99_s", times.millis(TAIL) / MILLIS_PER_SECOND)
                            .with("n", times.count()));
        }
    }
}

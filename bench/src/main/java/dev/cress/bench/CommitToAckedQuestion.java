package dev.cress.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.function.Consumer;

/// From the answer to a deploy until the last of many nodes has acked it, one deploy after the
/// other. The control plane is a process; all nodes are sockets of this one, on the same cores.
final class CommitToAckedQuestion implements Question {
    private static final int WARM_UP = 50;
    private static final double MEDIAN = 50;
    private static final double TAIL = 99;

    @Override
    public String name() {
        return "commit-to-acked";
    }

    @Override
    public String text() {
        return "how long after its answer is a deploy recorded on every node?";
    }

    @Override
    public void answer(Effort effort, PrintStream progress, Consumer<Line> lines)
            throws IOException, InterruptedException {
        boolean full = effort == Effort.FULL;
        for (int nodes : full ? List.of(100, 1_000, 2_000) : List.of(20)) {
            progress.println("%d nodes".formatted(nodes));
            try (var fleet = new StubFleet(nodes)) {
                var times = new Times();
                for (int i = -(full ? WARM_UP : 1); i < (full ? 200 : 5); i++) {
                    long nanos = fleet.deploy();
                    if (i >= 0) {
                        times.add(nanos);
                    }
                }
                lines.accept(
                        Line.of(name())
                                .with("nodes", nodes)
                                .with("p50_ms", times.millis(MEDIAN))
                                .with("p99_ms", times.millis(TAIL))
                                .with("n", times.count()));
            }
        }
    }
}

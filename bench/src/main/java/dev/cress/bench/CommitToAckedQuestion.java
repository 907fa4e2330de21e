package dev.cress.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.function.Consumer;

/// From the answer to a deploy until the last of many nodes has acked it, one deploy after the
/// other. The control plane is a process; all nodes are sockets of this one, on the same cores.
final class CommitToAckedQuestion implements Question {
    private static final int WARM_UP = 50;
    private static final List<Fleet> FLEETS =
            List.of(
                    new Fleet(100, 0),
                    new Fleet(1_000, 0),
                    new Fleet(1_000, 4),
                    new Fleet(2_000, 0),
                    new Fleet(2_000, 4));
    private static final List<Fleet> SMALL = List.of(new Fleet(20, 0), new Fleet(20, 2));
    private static final double MEDIAN = 50;
    private static final double TAIL = 99;

    /// @param relays behind which the nodes are, in equal parts; 0 for none
    private record Fleet(int nodes, int relays) {}

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
        for (Fleet asked : full ? FLEETS : SMALL) {
            progress.println("%d nodes, %d relays".formatted(asked.nodes, asked.relays));
            try (var fleet = new StubFleet(asked.nodes, asked.relays)) {
                var times = new Times();
                for (int i = -(full ? WARM_UP : 1); i < (full ? 200 : 5); i++) {
                    long nanos = fleet.deploy();
                    if (i >= 0) {
                        times.add(nanos);
                    }
                }
                lines.accept(
                        Line.of(name())
                                .with("nodes", asked.nodes)
                                .with("p50_ms", times.millis(MEDIAN))
                                .with("p99_ms", times.millis(TAIL))
                                .with("n", times.count())
                                .with("relays", asked.relays));
            }
        }
    }
}

package dev.cress.bench;

import dev.cress.contract.Limits;
import dev.cress.wasm.guest.RefusedModuleException;

import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/// A quiet function's whole answer over HTTP, one request after the other with a pause between, on
/// a node that runs nothing else and on one that runs requests of another function which spin. The
/// client is on the same machine, with the priority that every process has.
final class NeighbourQuestion implements Question {
    private static final double MEDIAN = 50;
    private static final double TAIL = 99;
    private static final List<Integer> SPINNERS = List.of(0, 8, 64);
    private static final long PAUSE_NANOS = Duration.ofMillis(1).toNanos();

    /// Long enough for all of this, and as many as the spinners need.
    private static final Limits SPINNING =
            new Limits(Limits.WALL_MS_MAX, Limits.WALL_MS_MAX, 0, SPINNERS.getLast());

    @Override
    public String name() {
        return "neighbour";
    }

    @Override
    public String text() {
        return "how long does a quiet function take beside others that spin?";
    }

    @Override
    public void answer(Effort effort, PrintStream progress, Consumer<Line> lines)
            throws IOException, RefusedModuleException {
        boolean full = effort == Effort.FULL;
        var spinning = new ArrayList<Connection>();
        byte[] quiet = Connection.get("hello", "/");
        byte[] spin = Connection.get("runaway", "/spin");
        try (var data =
                        new NodeData()
                                .with("hello", "hello", Limits.DEFAULT)
                                .with("runaway", "runaway", SPINNING);
                var node = ServerProcess.node(data.folder(), List.of())) {
            node.firstAnswer("hello", "/");
            node.firstAnswer("runaway", "/ok");
            node.ask("hello", "/", full ? 30_000 : 100);
            try (var client = new Connection(node.port())) {
                for (int spinners : SPINNERS) {
                    while (spinning.size() < spinners) {
                        var connection = new Connection(node.port());
                        spinning.add(connection);
                        connection.send(spin);
                    }
                    progress.println("%d spinners".formatted(spinners));
                    // each spins for 10 ms before its thread yields
                    times(client, quiet, Duration.ofMillis(full ? 2_000 : 200));
                    Times times = times(client, quiet, Duration.ofMillis(full ? 10_000 : 200));
                    lines.accept(
                            Line.of(name())
                                    .with("spinners", spinners)
                                    .with("p50_ms", times.millis(MEDIAN))
                                    .with("p99_ms", times.millis(TAIL))
                                    .with("n", times.count()));
                }
            }
        } finally {
            for (Connection connection : spinning) {
                connection.close();
            }
        }
    }

    private static Times times(Connection client, byte[] request, Duration length)
            throws IOException {
        var times = new Times();
        long end = System.nanoTime() + length.toNanos();
        while (System.nanoTime() < end) {
            long start = System.nanoTime();
            int status = client.ask(request);
            times.add(System.nanoTime() - start);
            if (status != 200) {
                throw new IOException("the quiet function answers " + status);
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        return times;
    }
}

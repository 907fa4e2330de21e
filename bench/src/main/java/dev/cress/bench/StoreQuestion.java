package dev.cress.bench;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;

import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/// Requests of each kind that a control plane answers in a second, on each engine of its store. It
/// is a process of its own, and so is PostgreSQL; all clients are threads of this one, on the same
/// cores.
final class StoreQuestion implements Question {
    private static final double MEDIAN = 50;
    private static final double TAIL = 99;
    private static final double NANOS = 1e9;

    @Override
    public String name() {
        return "store";
    }

    @Override
    public String text() {
        return "how many requests does the control plane answer, on each engine?";
    }

    @Override
    public void answer(Effort effort, PrintStream progress, Consumer<Line> lines)
            throws IOException, InterruptedException {
        boolean full = effort == Effort.FULL;
        var warmUp = full ? Duration.ofSeconds(4) : Duration.ZERO;
        var time = full ? Duration.ofSeconds(10) : Duration.ofMillis(300);
        operations("sqlite", List.of(), warmUp, time, progress, lines);
        try (EmbeddedPostgres postgres =
                EmbeddedPostgres.builder()
                        .setServerConfig("fsync", "on")
                        .setServerConfig("synchronous_commit", "on")
                        .start()) {
            String url = postgres.getJdbcUrl("postgres", "postgres");
            operations("postgres", List.of("--store", url), warmUp, time, progress, lines);
        }
    }

    private void operations(
            String engine,
            List<String> controlOptions,
            Duration warmUp,
            Duration time,
            PrintStream progress,
            Consumer<Line> lines)
            throws IOException, InterruptedException {
        try (var load = new StoreLoad(controlOptions)) {
            for (StoreLoad.Operation operation : StoreLoad.Operation.values()) {
                progress.println("%s on %s".formatted(operation.text(), engine));
                if (warmUp.isPositive()) {
                    load.run(operation, warmUp);
                }
                long started = System.nanoTime();
                Times times = load.run(operation, time);
                double seconds = (System.nanoTime() - started) / NANOS;
                lines.accept(
                        Line.of(name())
                                .with("op", operation.text())
                                .with("engine", engine)
                                .with("per_s", times.count() / seconds)
                                .with("p50_ms", times.millis(MEDIAN))
                                .with("p99_ms", times.millis(TAIL))
                                .with("clients", operation.clients())
                                .with("n", times.count()));
            }
        }
    }
}

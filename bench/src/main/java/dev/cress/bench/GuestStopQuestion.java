package dev.cress.bench;

import dev.cress.wasm.Isolates;
import dev.cress.wasm.WasmHost;
import dev.cress.wasm.guest.Outcome;
import dev.cress.wasm.guest.RefusedModuleException;
import dev.cress.wasm.guest.RunLimits;

import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Consumer;

/// Runs guests into their limits: one that spins into its CPU or its wall limit, and one that waits
/// for a client that sends nothing into its wall limit. Each run has a thread of its own, since a
/// node lets none go on after a long one.
final class GuestStopQuestion implements Question {
    private static final double MEDIAN = 50;
    private static final double TAIL = 99;
    private static final Duration LIMIT = Duration.ofMillis(20);
    private static final Duration NEVER = Duration.ofSeconds(10);

    private static final String CPU = "cpu";

    private static final List<Kind> KINDS =
            List.of(
                    Kind.of(CPU, Guest.get("runaway", "/spin", ""), LIMIT, NEVER),
                    Kind.of("wall", Guest.get("runaway", "/spin", ""), NEVER, LIMIT),
                    Kind.of("blocked", Guest.named("markdown"), NEVER, LIMIT));

    /// What brings a guest to its limit.
    private record Kind(String text, Guest guest, RunLimits limits) {
        static Kind of(String text, Guest guest, Duration cpu, Duration wall) {
            RunLimits usual = RunLimits.DEFAULT;
            return new Kind(
                    text,
                    guest,
                    new RunLimits(
                            cpu,
                            wall,
                            usual.memoryBytes(),
                            usual.responseHeaderBytes(),
                            usual.responseBodyBytes(),
                            usual.logBytes()));
        }
    }

    private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();

    @Override
    public String name() {
        return "guest-stop";
    }

    @Override
    public String text() {
        return "how long after its limit is the client told, and does the guest stop?";
    }

    @Override
    public void answer(Effort effort, PrintStream progress, Consumer<Line> lines)
            throws RefusedModuleException, InterruptedException, ExecutionException {
        int runs = effort == Effort.FULL ? 500 : 5;
        try (var host = WasmHost.withHalfTheHeap()) {
            for (Kind kind : KINDS) {
                var isolates = host.isolates(host.prepare(kind.guest().module(), "auto"));
                // cold code is another question's
                for (int i = 0; i < runs / 5; i++) {
                    stop(kind, isolates, new Times(), new Times());
                }
                var told = new Times();
                var ended = new Times();
                for (int i = 0; i < runs; i++) {
                    stop(kind, isolates, told, ended);
                }
                lines.accept(
                        Line.of(name())
                                .with("kind", kind.text())
                                .with("p50_ms", told.millis(MEDIAN))
                                .with("p99_ms", told.millis(TAIL))
                                .with("ended_p50_ms", ended.millis(MEDIAN))
                                .with("ended_p99_ms", ended.millis(TAIL))
                                .with("n", told.count()));
            }
        }
    }

    private void stop(Kind kind, Isolates isolates, Times told, Times ended)
            throws InterruptedException, ExecutionException {
        var run = new FutureTask<Void>(() -> run(kind, isolates, told, ended), null);
        Thread.ofPlatform().start(run);
        run.get();
    }

    /// CPU time counts where that is the limit: what else ran meanwhile isn't the host's doing.
    private void run(Kind kind, Isolates isolates, Times told, Times ended) {
        long thread = Thread.currentThread().threadId();
        var exchange = new SilentClient(kind.guest().exchange().request(), () -> now(kind, thread));
        long limit = now(kind, thread) + LIMIT.toNanos();
        Outcome outcome = isolates.run(exchange, kind.limits()).execute().outcome();
        long end = now(kind, thread);
        switch (outcome) {
            case Outcome.OutOfCpu _, Outcome.OutOfTime _ -> {
                told.add(exchange.stoppedNanos() - limit);
                ended.add(end - limit);
            }
            default -> throw new IllegalStateException(kind.text() + " ended with " + outcome);
        }
    }

    private long now(Kind kind, long thread) {
        return kind.text().equals(CPU) ? threads.getThreadCpuTime(thread) : System.nanoTime();
    }
}

package dev.cress.bench;

import dev.cress.wasm.guest.RefusedModuleException;

import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;

/// Cycles of one pool's isolates (acquire, empty call, reset) on one thread and on two, by turns.
/// Each figure is the best of its rounds.
final class IsolateScalingQuestion implements Question {
    private static final String GUEST = "c-18-pages";
    private static final int THREADS_MAX = 2;
    private static final int BATCH = 1_000;

    @Override
    public String name() {
        return "isolate-scaling";
    }

    @Override
    public String text() {
        return "do two threads get more out of one pool of isolates than one?";
    }

    @Override
    public void answer(Effort effort, PrintStream progress, Consumer<Line> lines)
            throws RefusedModuleException, InterruptedException, ExecutionException {
        var each = Duration.ofMillis(effort == Effort.FULL ? 1_500 : 50);
        int rounds = effort == Effort.FULL ? 5 : 1;
        var best = new double[THREADS_MAX];
        try (var start = new IsolateStart(GUEST, Stub.of(Guest.wasm(GUEST)));
                var workers = Executors.newFixedThreadPool(THREADS_MAX)) {
            for (int round = 0; round < rounds; round++) {
                for (int threads = 1; threads <= THREADS_MAX; threads++) {
                    double rate = cyclesPerSecond(start, workers, threads, each);
                    best[threads - 1] = Math.max(best[threads - 1], rate);
                }
            }
        }
        for (int threads = 1; threads <= THREADS_MAX; threads++) {
            lines.accept(
                    Line.of(name())
                            .with("guest", GUEST)
                            .with("threads", threads)
                            .with("ops_per_s", Math.round(best[threads - 1])));
        }
    }

    private static double cyclesPerSecond(
            IsolateStart start, ExecutorService workers, int threads, Duration length)
            throws InterruptedException, ExecutionException {
        var tasks = new ArrayList<Callable<Double>>();
        for (int i = 0; i < threads; i++) {
            tasks.add(() -> cyclesPerSecond(start, length));
        }
        List<Future<Double>> rates = workers.invokeAll(tasks);
        double sum = 0;
        for (Future<Double> rate : rates) {
            sum += rate.get();
        }
        return sum;
    }

    private static double cyclesPerSecond(IsolateStart start, Duration length) {
        long cycles = 0;
        long begin = System.nanoTime();
        long now = begin;
        while (now - begin < length.toNanos()) {
            start.cycles(BATCH);
            cycles += BATCH;
            now = System.nanoTime();
        }
        return cycles * 1e9 / (now - begin);
    }
}

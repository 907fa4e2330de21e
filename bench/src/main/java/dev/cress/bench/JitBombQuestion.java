package dev.cress.bench;

import dev.cress.wasm.Isolates;
import dev.cress.wasm.WasmHost;
import dev.cress.wasm.guest.RefusedModuleException;
import dev.cress.wasm.guest.RunLimits;

import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/// Warms a guest up, alone and beside a [JitBomb] that was prepared just before, by turns. Each
/// time both are new to the JVM. Steady is where so many runs have been made; each figure is the
/// median of its rounds.
final class JitBombQuestion implements Question {
    private static final double MEDIAN = 50;
    private static final double NANOS_PER_MILLI = 1e6;
    private static final String GUEST = "c-18-pages";

    /// A custom section without a name, behind the module.
    private static final byte[] CUSTOM = {0, 9, 0};

    private long copies;

    @Override
    public String name() {
        return "jit-bomb";
    }

    @Override
    public String text() {
        return "how much longer does a guest warm up beside one that floods the JIT?";
    }

    /// One warm-up.
    private record WarmUp(double micros, double millis) {}

    @Override
    public void answer(Effort effort, PrintStream progress, Consumer<Line> lines)
            throws RefusedModuleException, InterruptedException, ExecutionException {
        int runs = effort == Effort.FULL ? 20_000 : 200;
        int rounds = effort == Effort.FULL ? 5 : 1;
        var alone = new WarmUp[rounds];
        var beside = new WarmUp[rounds];
        try (var host = WasmHost.withHalfTheHeap()) {
            // what is the host's own is warm before
            warmUp(host, runs);
            for (int round = 0; round < rounds; round++) {
                alone[round] = warmUp(host, runs);
                var ended = new AtomicBoolean();
                Thread bomb = bomb(host, ended);
                try {
                    beside[round] = warmUp(host, runs);
                } finally {
                    ended.set(true);
                    bomb.join();
                }
                progress.println("%s %s".formatted(alone[round], beside[round]));
            }
        }
        lines.accept(line("alone", alone));
        lines.accept(line("beside", beside));
    }

    private Line line(String neighbour, WarmUp[] rounds) {
        return Line.of(name())
                .with("neighbour", neighbour)
                .with("p50_us", median(Arrays.stream(rounds).mapToDouble(WarmUp::micros).toArray()))
                .with(
                        "ms_to_steady",
                        median(Arrays.stream(rounds).mapToDouble(WarmUp::millis).toArray()))
                .with("n", rounds.length);
    }

    private static double median(double[] values) {
        Arrays.sort(values);
        return values[values.length / 2];
    }

    /// The same program under other bytes, so that nothing is known of its code.
    private byte[] another(byte[] module) {
        return ByteBuffer.allocate(module.length + CUSTOM.length + Long.BYTES)
                .put(module)
                .put(CUSTOM)
                .putLong(copies++)
                .array();
    }

    private WarmUp warmUp(WasmHost host, int runs)
            throws RefusedModuleException, InterruptedException, ExecutionException {
        Guest guest = Guest.named(GUEST);
        var image = host.prepare(another(guest.module()), "auto");
        try (var isolates = host.isolates(image)) {
            int[] left = {runs};
            long start = System.nanoTime();
            Times times = GuestThreads.times(() -> left[0]-- > 0, () -> guest.firstByte(isolates));
            long nanos = System.nanoTime() - start;
            return new WarmUp(times.micros(MEDIAN), nanos / NANOS_PER_MILLI);
        }
    }

    /// Runs one after the other, each until it is stopped.
    private Thread bomb(WasmHost host, AtomicBoolean ended) throws RefusedModuleException {
        var isolates = host.isolates(host.prepare(another(JitBomb.module()), "auto"));
        return Thread.ofPlatform()
                .start(
                        () -> {
                            try (isolates) {
                                while (!ended.get()) {
                                    run(isolates);
                                }
                            }
                        });
    }

    private static void run(Isolates isolates) {
        var exchange = Guest.named(GUEST).exchange();
        Thread thread =
                Thread.ofPlatform()
                        .start(() -> isolates.run(exchange, RunLimits.DEFAULT).execute());
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}

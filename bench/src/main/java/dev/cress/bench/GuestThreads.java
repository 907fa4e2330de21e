package dev.cress.bench;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/// Repeats runs as a node does: on one platform thread after the other, each until a run was so
/// long that its thread yields to all others for good.
final class GuestThreads {
    private GuestThreads() {}

    /// How long a part of a run took, and whether the run's thread should not have another.
    record Run(long nanos, boolean threadSpent) {}

    /// Runs as long as there is to be more.
    static Times times(BooleanSupplier more, Supplier<Run> run)
            throws InterruptedException, ExecutionException {
        var times = new Times();
        while (more.getAsBoolean()) {
            var task = new FutureTask<Void>(() -> untilSpent(times, more, run), null);
            Thread.ofPlatform().start(task);
            task.get();
        }
        return times;
    }

    private static void untilSpent(Times times, BooleanSupplier more, Supplier<Run> run) {
        boolean spent = false;
        while (!spent && more.getAsBoolean()) {
            Run once = run.get();
            times.add(once.nanos());
            spent = once.threadSpent();
        }
    }

    /// True for so long from now.
    static BooleanSupplier during(long nanos) {
        long start = System.nanoTime();
        return () -> System.nanoTime() - start < nanos;
    }
}

package dev.cress.bench;

import dev.cress.wasm.guest.RefusedModuleException;

import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;

/// Asks [IsolateStart] of each guest, all in this JVM, as they are in a node: every path is warmed
/// with every guest before the first is measured, so that none has the JIT to itself.
final class IsolateStartQuestion implements Question {
    private static final double MEDIAN = 50;
    private static final double TAIL = 99;
    private static final int BATCH = 100;

    /// The guests that stubs are made of, after the smallest one.
    private static final List<String> GUESTS =
            List.of("c-18-pages", "markdown", "json-check", "token", "quickjs");

    private record Path(String text, ToLongFunction<IsolateStart> once) {}

    private static final List<Path> PATHS =
            List.of(
                    new Path("pool-hit", IsolateStart::poolHit),
                    new Path("acquire", IsolateStart::acquire),
                    new Path("cycle", IsolateStart::cycle),
                    new Path("cycle-batch", start -> start.cycles(BATCH)),
                    new Path("pool-miss", IsolateStart::poolMiss),
                    new Path("array", IsolateStart::array),
                    new Path("stock", IsolateStart::stock));

    @Override
    public String name() {
        return "isolate-start";
    }

    @Override
    public String text() {
        return "how long until a guest's first instruction, and until its isolate is as new?";
    }

    @Override
    public void answer(Effort effort, PrintStream progress, Consumer<Line> lines)
            throws RefusedModuleException, InterruptedException, ExecutionException {
        var each = Duration.ofMillis(effort == Effort.FULL ? 500 : 50);
        List<IsolateStart> starts = starts(effort, progress);
        try {
            for (Path path : PATHS) {
                for (IsolateStart start : starts) {
                    times(each, path, start);
                }
            }
            progress.println("warm");
            lines.accept(
                    line("none", "clock", Times.of(each.toNanos(), IsolateStartQuestion::clock)));
            lines.accept(line("none", "dispatch", Dispatch.times(each.multipliedBy(4))));
            for (IsolateStart start : starts) {
                for (Path path : PATHS) {
                    Times times = times(each, path, start);
                    lines.accept(line(start.guest(), path.text(), times));
                }
            }
        } finally {
            starts.forEach(IsolateStart::close);
        }
    }

    /// On a thread of its own: one that had a long run, as a cold one is, yields to all others.
    private static Times times(Duration length, Path path, IsolateStart start)
            throws InterruptedException, ExecutionException {
        var task =
                new FutureTask<>(
                        () -> Times.of(length.toNanos(), () -> path.once().applyAsLong(start)));
        Thread.ofPlatform().start(task);
        return task.get();
    }

    private static List<IsolateStart> starts(Effort effort, PrintStream progress)
            throws RefusedModuleException {
        var starts = new ArrayList<IsolateStart>();
        starts.add(new IsolateStart("small", Stub.small()));
        for (String guest : effort == Effort.FULL ? GUESTS : List.of("c-18-pages", "quickjs")) {
            progress.println("preparing " + guest);
            starts.add(new IsolateStart(guest, Stub.of(Guest.wasm(guest))));
        }
        return starts;
    }

    /// What asking for the time costs: it is in every other figure once, but not in batches.
    private static long clock() {
        long start = System.nanoTime();
        return System.nanoTime() - start;
    }

    private Line line(String guest, String path, Times times) {
        return Line.of(name())
                .with("guest", guest)
                .with("path", path)
                .with("p50_us", times.micros(MEDIAN))
                .with("p99_us", times.micros(TAIL))
                .with("n", times.count());
    }
}

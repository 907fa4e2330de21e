package dev.cress.bench;

import dev.cress.wasm.Isolates;
import dev.cress.wasm.WasmHost;
import dev.cress.wasm.guest.RefusedModuleException;
import dev.cress.wasm.guest.RunLimits;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;

/// How the time of one run falls from the first on, run back to back on one thread; and what is
/// left to fall after the warm-up that a node gives a new version. Every curve and every warm-up
/// begins with an image that nobody ran, in a JVM that ran others.
final class HeatQuestion implements Question {
    private static final double MEDIAN = 50;

    /// Runs at whose numbers the curve is shown: each with the tenth of that number behind it.
    private static final List<Integer> SHOWN = List.of(1, 100, 1_000, 10_000);

    private static final List<String> GUESTS =
            List.of("hello", "c-18-pages", "token", "markdown", "json-check");

    private static final Duration WARM_UP = Duration.ofSeconds(2);
    private static final int WARM_UP_RUNS_MAX = 50_000;
    private static final int RUNS_AFTER_WARM_UP = 50;

    @Override
    public String name() {
        return "heat";
    }

    @Override
    public String text() {
        return "how fast is a guest's first run, its 100th, …, and one after the warm-up?";
    }

    @Override
    public void answer(Effort effort, PrintStream progress, Consumer<Line> lines)
            throws IOException, RefusedModuleException, InterruptedException, ExecutionException {
        Path images = Files.createTempDirectory("cress-bench");
        try {
            answer(images, effort == Effort.FULL, progress, lines);
        } finally {
            Folders.delete(images);
        }
    }

    /// @param images where they are kept, built by other JVMs as a node has it: this one's JIT
    /// would
    ///     be busy with the compiler of guests for seconds after a build
    private void answer(Path images, boolean full, PrintStream progress, Consumer<Line> lines)
            throws RefusedModuleException, InterruptedException, ExecutionException {
        warmHost(images, full ? Duration.ofSeconds(3) : Duration.ofMillis(100));
        for (String name : full ? GUESTS : GUESTS.subList(0, 1)) {
            progress.println("from the first run of " + name);
            double steady = curve(images, name, full, lines);
            progress.println("warming up " + name);
            warmUp(images, name, steady, lines);
        }
    }

    private static void warmHost(Path images, Duration time)
            throws RefusedModuleException, InterruptedException, ExecutionException {
        Guest guest = Guest.named("avatar");
        try (var host = WasmHost.forAnybodysModules(images);
                var isolates = host.isolates(host.prepare(guest.module(), "auto"))) {
            runs(guest, isolates, time);
        }
    }

    /// Returns the steady time of a run in µs.
    private double curve(Path images, String name, boolean full, Consumer<Line> lines)
            throws RefusedModuleException, InterruptedException, ExecutionException {
        Guest guest = Guest.named(name);
        try (var host = WasmHost.forAnybodysModules(images);
                var isolates = host.isolates(host.prepare(guest.module(), "auto"))) {
            Times all = runs(guest, isolates, Duration.ofMillis(full ? 15_000 : 300));
            for (int number : SHOWN) {
                int last = number + number / 10;
                if (last <= all.count()) {
                    lines.accept(
                            line(name, Integer.toString(number))
                                    .with("us", all.part(number - 1, last).micros(MEDIAN))
                                    .with("since_first_ms", all.sum(number - 1) / 1e6));
                }
            }
            double steady = all.part(all.count() * 3 / 4, all.count()).micros(MEDIAN);
            lines.accept(line(name, "steady").with("us", steady).with("n", all.count()));
            return steady;
        }
    }

    private void warmUp(Path images, String name, double steady, Consumer<Line> lines)
            throws RefusedModuleException, InterruptedException, ExecutionException {
        Guest guest = Guest.named(name);
        try (var host = WasmHost.forAnybodysModules(images);
                var isolates = host.isolates(host.prepare(guest.module(), "auto"))) {
            var warmUp =
                    isolates.warmUp(
                            guest.request(),
                            guest.body(),
                            RunLimits.DEFAULT,
                            List.of(),
                            WARM_UP_RUNS_MAX);
            var thread = Thread.ofPlatform().start(() -> warmUp.run(WARM_UP));
            thread.join();
            var left = new int[] {RUNS_AFTER_WARM_UP};
            Times after = GuestThreads.times(() -> left[0]-- > 0, () -> guest.wholeRun(isolates));
            lines.accept(
                    line(name, "warmed-up")
                            .with("us", after.micros(MEDIAN))
                            .with("first_us", after.part(0, 1).micros(MEDIAN))
                            .with("to_steady", after.micros(MEDIAN) / steady));
        }
    }

    private Line line(String guest, String run) {
        return Line.of(name()).with("guest", guest).with("run", run);
    }

    private static Times runs(Guest guest, Isolates isolates, Duration time)
            throws InterruptedException, ExecutionException {
        return GuestThreads.times(
                GuestThreads.during(time.toNanos()), () -> guest.wholeRun(isolates));
    }
}

package dev.cress.bench;

import dev.cress.wasm.Isolates;
import dev.cress.wasm.WasmHost;
import dev.cress.wasm.guest.RefusedModuleException;

import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;

/// From a guest thread having the request to the answer's head, which the host has with the guest's
/// first output: the language's own start included. Each guest runs back to back on one thread.
final class FirstByteQuestion implements Question {
    private static final double MEDIAN = 50;
    private static final double TAIL = 99;

    private static final List<String> GUESTS =
            List.of("hello", "c-18-pages", "token", "markdown", "json-check");

    @Override
    public String name() {
        return "first-byte";
    }

    @Override
    public String text() {
        return "how long until a warm guest's first byte, its language's start included?";
    }

    @Override
    public void answer(Effort effort, PrintStream progress, Consumer<Line> lines)
            throws RefusedModuleException, InterruptedException, ExecutionException {
        boolean full = effort == Effort.FULL;
        var warm = Duration.ofMillis(full ? 6_000 : 100);
        var measured = Duration.ofMillis(full ? 2_000 : 100);
        try (var host = WasmHost.withHalfTheHeap()) {
            for (String name : full ? GUESTS : GUESTS.subList(0, 1)) {
                Guest guest = Guest.named(name);
                progress.println("warming " + name);
                var image = host.prepare(guest.module(), "auto");
                try (var isolates = host.isolates(image)) {
                    times(guest, isolates, warm);
                    Times times = times(guest, isolates, measured);
                    lines.accept(
                            Line.of(name())
                                    .with("guest", name)
                                    .with("abi", image.abi().text())
                                    .with("p50_us", times.micros(MEDIAN))
                                    .with("p99_us", times.micros(TAIL))
                                    .with("n", times.count()));
                }
            }
        }
    }

    private static Times times(Guest guest, Isolates isolates, Duration length)
            throws InterruptedException, ExecutionException {
        return GuestThreads.times(
                GuestThreads.during(length.toNanos()), () -> guest.firstByte(isolates));
    }
}

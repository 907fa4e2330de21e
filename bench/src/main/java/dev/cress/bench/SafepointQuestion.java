package dev.cress.bench;

import dev.cress.wasm.Isolates;
import dev.cress.wasm.WasmHost;
import dev.cress.wasm.guest.Outcome;
import dev.cress.wasm.guest.RefusedModuleException;
import dev.cress.wasm.guest.RunLimits;

import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingStream;

import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/// Asks for safepoints, a stack trace of every thread each, while two guests of `hostile` do what
/// keeps threads from them; the JVM's own events say how long each waited until all threads had
/// stopped. Guests run as in a node: with limits, and on threads that yield after 10 ms.
final class SafepointQuestion implements Question {
    private static final double MEDIAN = 50;
    private static final double TAIL = 99;
    private static final double WORST = 100;
    private static final String EVENT = "jdk.SafepointStateSynchronization";
    private static final int GUESTS = 2;
    private static final long PAUSE_NANOS = Duration.ofMillis(5).toNanos();

    private static final String NOTHING = "nothing";
    private static final List<String> WAYS = List.of(NOTHING, "count", "fill", "copy", "grow");

    @Override
    public String name() {
        return "safepoint";
    }

    @Override
    public String text() {
        return "how long does the JVM wait for a safepoint beside hostile guests?";
    }

    @Override
    public void answer(Effort effort, PrintStream progress, Consumer<Line> lines)
            throws RefusedModuleException, InterruptedException, ExecutionException {
        int count = effort == Effort.FULL ? 2_000 : 20;
        try (var host = WasmHost.withHalfTheHeap()) {
            var isolates = host.isolates(host.prepare(Guest.wasm("hostile"), "auto"));
            for (String way : WAYS) {
                progress.println("beside " + way);
                var cold = new Times();
                var times = new Times();
                beside(way, isolates, count, cold, times);
                lines.accept(
                        Line.of(name())
                                .with("beside", way)
                                .with("p50_ms", times.millis(MEDIAN))
                                .with("p99_ms", times.millis(TAIL))
                                .with("max_ms", times.millis(WORST))
                                .with("cold_max_ms", cold.millis(WORST))
                                .with("n", times.count()));
            }
        }
    }

    private static void beside(String way, Isolates isolates, int count, Times cold, Times times)
            throws InterruptedException, ExecutionException {
        var over = new AtomicBoolean();
        var guests = new ArrayList<Future<?>>();
        try (var threads = Executors.newCachedThreadPool()) {
            for (int i = 0; i < (way.equals(NOTHING) ? 0 : GUESTS); i++) {
                guests.add(threads.submit(() -> runUntil(over, way, isolates)));
            }
            // compiled code is what may lack polls, and a growing heap is what the first guests
            // meet
            safepoints(count / 4, cold);
            safepoints(count, times);
            over.set(true);
            for (Future<?> guest : guests) {
                guest.get();
            }
        } finally {
            over.set(true);
        }
    }

    private static void safepoints(int count, Times times) throws InterruptedException {
        try (var events = new RecordingStream()) {
            events.enable(EVENT).withoutThreshold();
            events.onEvent(EVENT, (RecordedEvent e) -> times.add(e.getDuration().toNanos()));
            events.startAsync();
            for (int i = 0; i < count; i++) {
                if (Thread.getAllStackTraces().isEmpty()) {
                    throw new IllegalStateException("no thread runs");
                }
                LockSupport.parkNanos(PAUSE_NANOS);
            }
            events.stop();
        }
    }

    /// Runs of a second each, on threads that each have one.
    private static boolean runUntil(AtomicBoolean over, String way, Isolates isolates)
            throws InterruptedException, ExecutionException {
        Guest guest = Guest.get("hostile", "/" + way, "");
        while (!over.get()) {
            var run = new FutureTask<Void>(() -> run(guest, isolates), null);
            Thread.ofPlatform().start(run);
            run.get();
        }
        return true;
    }

    private static void run(Guest guest, Isolates isolates) {
        Outcome outcome = isolates.run(guest.exchange(), RunLimits.DEFAULT).execute().outcome();
        switch (outcome) {
            case Outcome.OutOfCpu _, Outcome.OutOfTime _, Outcome.OutOfMemory _ -> {}
            default -> throw new IllegalStateException("hostile ended with " + outcome);
        }
    }
}

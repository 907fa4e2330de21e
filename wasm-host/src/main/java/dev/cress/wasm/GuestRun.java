package dev.cress.wasm;

import dev.cress.wasm.guest.GuestExchange;
import dev.cress.wasm.guest.Outcome;
import dev.cress.wasm.guest.RunLimits;
import dev.cress.wasm.guest.RunResult;
import dev.cress.wasm.host.HostRun;
import dev.cress.wasm.isolate.Isolate;
import dev.cress.wasm.isolate.IsolateGuest;
import dev.cress.wasm.isolate.IsolatePool;
import dev.cress.wasm.memory.GuestMemory;
import dev.cress.wasm.stop.GuestEnded;
import dev.cress.wasm.stop.GuestStopped;
import dev.cress.wasm.stop.RunWord;
import dev.cress.wasm.stop.StopReason;
import dev.cress.wasm.stop.Watchdog;

import run.endive.runtime.WasmInterruptedException;
import run.endive.wasm.WasmEngineException;

import java.util.Objects;

/// One run of an image for one exchange. [#execute] once, on a thread that the guest may keep busy
/// for as long as its limits allow; [#abandon] from any thread.
public final class GuestRun {
    private final WasmHost host;
    private final Isolates isolates;
    private final GuestExchange exchange;
    private final RunLimits limits;
    private final RunWord word;

    GuestRun(WasmHost host, Isolates isolates, GuestExchange exchange, RunLimits limits) {
        this.host = host;
        this.isolates = isolates;
        this.exchange = exchange;
        this.limits = limits;
        this.word = new RunWord(reason -> exchange.stopped(outcome(reason)));
    }

    /// Whoever asked has gone: stops the guest, or keeps it from starting.
    public void abandon() {
        word.stop(StopReason.ABANDONED);
    }

    /// Runs the guest to its end. What a guest does wrong is an [Outcome]; a [WasmHostException] is
    /// a fault of ours.
    public RunResult execute() {
        long start = System.nanoTime();
        int pagesMax =
                (int) Math.min(limits.memoryBytes() / GuestMemory.PAGE_SIZE, Integer.MAX_VALUE);
        Isolates.Loaded from = isolates.loaded();
        Isolate isolate = from.pool().acquire(pagesMax);
        if (isolate == null) {
            return new RunResult(noMemory(from.image()), 0, 0, 0, 0, false);
        }
        var guest = new IsolateGuest(from.image().entries(), from.image().note(), isolate, word);
        Outcome outcome = null;
        Watchdog.Watch watch = host.watchdog().watch(word, limits.cpu(), limits.wall());
        try {
            outcome = outcome(from.image(), guest, isolate.memory());
        } finally {
            word.end();
            watch.close();
            if (outcome == null) {
                from.pool().discard(isolate);
            }
        }
        var result =
                new RunResult(
                        outcome,
                        guest.startNanos() - start,
                        System.nanoTime() - guest.startNanos(),
                        watch.cpuNanos(),
                        isolate.memory().size(),
                        watch.yielding());
        giveBack(from.pool(), isolate, outcome);
        return result;
    }

    /// Resets the isolate, on this thread and at this run's cost, after the answer is handed over.
    private static void giveBack(IsolatePool pool, Isolate isolate, Outcome outcome) {
        boolean endedByItself =
                outcome instanceof Outcome.Completed || outcome instanceof Outcome.Exited;
        pool.release(isolate, endedByItself);
    }

    private Outcome noMemory(Image image) {
        long needed = image.initialMemoryBytes();
        return needed > limits.memoryBytes()
                ? new Outcome.OutOfMemory(limits.memoryBytes())
                : new Outcome.NoMemory(needed, host.memoryBudget().bytesMax());
    }

    private Outcome outcome(Image image, IsolateGuest guest, GuestMemory memory) {
        Outcome outcome;
        try {
            outcome = run(image, guest, memory);
        } catch (GuestEnded ended) {
            outcome = ended.outcome();
        } catch (GuestStopped | WasmInterruptedException stopped) {
            return outcome(Objects.requireNonNull(word.reason(), "interrupted by a stranger"));
        } catch (WasmEngineException | StackOverflowError trap) {
            outcome = new Outcome.Trapped(reason(trap));
        } catch (RuntimeException | LinkageError fault) {
            throw new WasmHostException("guest run failed in the host", fault);
        }
        boolean died = outcome instanceof Outcome.Trapped || outcome instanceof Outcome.Exited;
        return died && memory.growthRefused()
                ? new Outcome.OutOfMemory(limits.memoryBytes())
                : outcome;
    }

    private Outcome run(Image image, IsolateGuest guest, GuestMemory memory) {
        var run = new HostRun(word, memory, exchange, limits, host.random());
        word.begin(image.blueprint().code().stopFlag());
        image.convention().serve(run, guest);
        return new Outcome.Completed();
    }

    private Outcome outcome(StopReason reason) {
        return switch (reason) {
            case CPU_LIMIT -> new Outcome.OutOfCpu(limits.cpu());
            case WALL_LIMIT -> new Outcome.OutOfTime(limits.wall());
            case ABANDONED -> new Outcome.Abandoned();
        };
    }

    private static String reason(Throwable trap) {
        if (trap instanceof StackOverflowError) {
            return "call stack exhausted";
        }
        String message = trap.getMessage();
        return message == null ? trap.getClass().getSimpleName() : message;
    }
}

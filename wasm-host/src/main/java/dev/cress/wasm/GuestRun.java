package dev.cress.wasm;

import dev.cress.wasm.cgi.CgiGuest;
import dev.cress.wasm.guest.GuestExchange;
import dev.cress.wasm.guest.Outcome;
import dev.cress.wasm.guest.RunLimits;
import dev.cress.wasm.guest.RunResult;
import dev.cress.wasm.isolate.GuestEnded;
import dev.cress.wasm.isolate.GuestMemory;
import dev.cress.wasm.isolate.GuestStopped;
import dev.cress.wasm.isolate.RunWord;
import dev.cress.wasm.isolate.StopReason;
import dev.cress.wasm.isolate.Watchdog;

import run.endive.runtime.WasmInterruptedException;
import run.endive.wasm.WasmEngineException;

import java.util.Objects;

/// One run of an image for one exchange. [#execute] once, on a thread that the guest may keep busy
/// for as long as its limits allow; [#abandon] from any thread.
public final class GuestRun {
    private final WasmHost host;
    private final Image image;
    private final GuestExchange exchange;
    private final RunLimits limits;
    private final RunWord word;

    GuestRun(WasmHost host, Image image, GuestExchange exchange, RunLimits limits) {
        this.host = host;
        this.image = image;
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
        GuestMemory memory =
                GuestMemory.allocate(host.memoryBudget(), image.declaredMemory(), pagesMax);
        if (memory == null) {
            return new RunResult(noMemory(), 0, 0, 0, 0);
        }
        try (Watchdog.Watch watch = host.watchdog().watch(word, limits.cpu(), limits.wall())) {
            long[] guestStart = {start};
            Outcome outcome = outcome(memory, guestStart);
            long end = System.nanoTime();
            return new RunResult(
                    outcome,
                    guestStart[0] - start,
                    end - guestStart[0],
                    watch.cpuNanos(),
                    memory.size());
        } finally {
            word.end();
            memory.release();
        }
    }

    private Outcome noMemory() {
        long needed = image.initialMemoryBytes();
        return needed > limits.memoryBytes()
                ? new Outcome.OutOfMemory(limits.memoryBytes())
                : new Outcome.NoMemory(needed, host.memoryBudget().bytesMax());
    }

    private Outcome outcome(GuestMemory memory, long[] guestStart) {
        Outcome outcome;
        try {
            outcome = run(memory, guestStart);
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

    private Outcome run(GuestMemory memory, long[] guestStart) {
        CgiGuest guest = CgiGuest.prepare(word, memory, exchange, limits, host.random());
        word.begin();
        var instance = image.instantiate(memory);
        guestStart[0] = System.nanoTime();
        try {
            instance.export("_start").apply();
            word.enterHost();
        } catch (GuestEnded ended) {
            if (!(ended.outcome() instanceof Outcome.Completed)) {
                throw ended;
            }
        }
        guest.end();
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

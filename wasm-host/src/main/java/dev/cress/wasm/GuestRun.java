package dev.cress.wasm;

import dev.cress.wasm.guest.GuestExchange;
import dev.cress.wasm.guest.Outcome;
import dev.cress.wasm.guest.RunLimits;
import dev.cress.wasm.guest.RunResult;
import dev.cress.wasm.host.HostRun;
import dev.cress.wasm.isolate.Isolate;
import dev.cress.wasm.memory.GuestMemory;
import dev.cress.wasm.stop.GuestEnded;
import dev.cress.wasm.stop.GuestStopped;
import dev.cress.wasm.stop.RunWord;
import dev.cress.wasm.stop.StopReason;
import dev.cress.wasm.stop.Watchdog;

import org.jspecify.annotations.Nullable;

import run.endive.runtime.WasmInterruptedException;
import run.endive.wasm.WasmEngineException;

import java.util.List;
import java.util.Map;
import java.util.Objects;

/// One run of an image for one exchange, with filters in front of it if there are any. [#execute]
/// once, on a thread that the guests may keep busy for as long as the limits allow; [#abandon] from
/// any thread.
public final class GuestRun {
    private final WasmHost host;
    private final Isolates isolates;
    private final GuestExchange exchange;
    private final RunLimits limits;
    private final List<Filter> filters;
    private final RunWord word;

    GuestRun(
            WasmHost host,
            Isolates isolates,
            GuestExchange exchange,
            RunLimits limits,
            List<Filter> filters) {
        if (filters.size() > Filter.MAX) {
            throw new IllegalArgumentException(
                    "%d filters, at most %d".formatted(filters.size(), Filter.MAX));
        }
        this.host = host;
        this.isolates = isolates;
        this.exchange = exchange;
        this.limits = limits;
        this.filters = List.copyOf(filters);
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
        var line = new Station[filters.size() + 1];
        Outcome refused = assemble(line);
        if (refused != null) {
            return new RunResult(refused, 0, 0, 0, 0, false);
        }
        Outcome outcome = null;
        Watchdog.Watch watch = host.watchdog().watch(word, limits.cpu(), limits.wall());
        try {
            outcome = outcome(line);
        } finally {
            word.end();
            watch.close();
            if (outcome == null) {
                discard(line);
            }
        }
        long startedNanos = line[0].guest().startNanos();
        var result =
                new RunResult(
                        located(outcome, line),
                        startedNanos - start,
                        System.nanoTime() - startedNanos,
                        watch.cpuNanos(),
                        memoryBytes(line),
                        watch.yielding());
        for (Station station : line) {
            station.giveBack();
        }
        return result;
    }

    /// Says in which filter it ended, if it was in one: a reason alone could be any guest's.
    private Outcome located(Outcome outcome, Station[] line) {
        int deepest = filters.size();
        while (deepest > 0 && !line[deepest].endedSo(outcome)) {
            deepest--;
        }
        if (deepest == filters.size() || !line[deepest].endedSo(outcome)) {
            return outcome;
        }
        String where = "filter %d: ".formatted(deepest + 1);
        if (outcome instanceof Outcome.Trapped(String reason)) {
            return new Outcome.Trapped(where + reason);
        }
        return outcome instanceof Outcome.BrokeProtocol(String reason)
                ? new Outcome.BrokeProtocol(where + reason)
                : outcome;
    }

    /// Takes all isolates before any guest runs, so that what can't be had costs nobody anything.
    private @Nullable Outcome assemble(Station[] line) {
        boolean whole = false;
        try {
            for (int i = 0; i < line.length; i++) {
                Outcome refused = i < filters.size() ? filter(line, i) : function(line);
                if (refused != null) {
                    return refused;
                }
            }
            whole = true;
            return null;
        } finally {
            if (!whole) {
                discard(line);
            }
        }
    }

    private @Nullable Outcome filter(Station[] line, int index) {
        Filter filter = filters.get(index);
        Isolates.Loaded from = filter.isolates().loaded();
        if (!from.image().abi().canFilter()) {
            throw new IllegalArgumentException(
                    "filter %d is none: its ABI is %s"
                            .formatted(index + 1, from.image().abi().text()));
        }
        return take(line, index, from, filter.config());
    }

    private @Nullable Outcome function(Station[] line) {
        // a filter in front hands on an exchange with its own
        Map<String, String> config = filters.isEmpty() ? null : exchange.request().config();
        return take(line, line.length - 1, isolates.loaded(), config);
    }

    private @Nullable Outcome take(
            Station[] line, int index, Isolates.Loaded from, @Nullable Map<String, String> config) {
        int pagesMax =
                (int) Math.min(limits.memoryBytes() / GuestMemory.PAGE_SIZE, Integer.MAX_VALUE);
        Isolate isolate = isolate(from, pagesMax);
        if (isolate == null) {
            return noMemory(from.image());
        }
        line[index] = new Station(from, isolate, word, config);
        return null;
    }

    /// An image may be read and defined, and still not fit together.
    private static @Nullable Isolate isolate(Isolates.Loaded from, int pagesMax) {
        try {
            return from.pool().acquire(pagesMax);
        } catch (RuntimeException | LinkageError fault) {
            throw new WasmHostException("an isolate can't be made: " + fault.getMessage(), fault);
        }
    }

    private static void discard(Station[] line) {
        for (@Nullable Station station : line) {
            if (station != null) {
                station.discard();
            }
        }
    }

    private static long memoryBytes(Station[] line) {
        long bytes = 0;
        for (Station station : line) {
            bytes += station.isolate().memory().size();
        }
        return bytes;
    }

    private Outcome noMemory(Image image) {
        long needed = image.initialMemoryBytes();
        return needed > limits.memoryBytes()
                ? new Outcome.OutOfMemory(limits.memoryBytes())
                : new Outcome.NoMemory(needed, host.memoryBudget().bytesMax());
    }

    private Outcome outcome(Station[] line) {
        try {
            word.begin(line[0].flag());
            return serve(line, 0, exchange);
        } catch (GuestStopped | WasmInterruptedException stopped) {
            return outcome(Objects.requireNonNull(word.reason(), "interrupted by a stranger"));
        }
    }

    /// Has the exchange answered from this station on. Throws what stops the run.
    private Outcome serve(Station[] line, int index, GuestExchange given) {
        Station station = line[index];
        GuestMemory memory = station.isolate().memory();
        Outcome outcome;
        try {
            station.enter();
            var run = new HostRun(word, memory, station.seen(given), limits, host.random());
            if (index + 1 < line.length) {
                run.before(behind -> behind(line, index, behind));
            }
            station.image().convention().serve(run, station.guest());
            outcome = new Outcome.Completed();
        } catch (GuestEnded ended) {
            outcome = ended.outcome();
        } catch (GuestStopped | WasmInterruptedException stopped) {
            throw stopped;
        } catch (WasmEngineException | StackOverflowError trap) {
            outcome = new Outcome.Trapped(reason(trap));
        } catch (RuntimeException | LinkageError fault) {
            throw new WasmHostException("guest run failed in the host", fault);
        }
        boolean died = outcome instanceof Outcome.Trapped || outcome instanceof Outcome.Exited;
        return station.ended(
                died && memory.growthRefused()
                        ? new Outcome.OutOfMemory(limits.memoryBytes())
                        : outcome);
    }

    /// What stands behind this station, as its filter asks for it.
    private Outcome behind(Station[] line, int index, GuestExchange given) {
        word.use(line[index + 1].flag());
        Outcome outcome = serve(line, index + 1, given);
        word.recover();
        word.use(line[index].flag());
        return outcome;
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

package dev.cress.wasm;

import dev.cress.wasm.guest.GuestRequest;
import dev.cress.wasm.guest.Nobody;
import dev.cress.wasm.guest.Outcome;
import dev.cress.wasm.guest.RunLimits;
import dev.cress.wasm.guest.RunResult;
import dev.cress.wasm.stop.ThreadPriority;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.List;

/// Runs an image over and over for nobody, so that its first client meets code that the JIT has
/// seen: a first run takes about a hundred times as long as one of many. [#run] once; [#cancel]
/// from any thread.
public final class WarmUp {
    private final Isolates isolates;
    private final GuestRequest request;
    private final byte[] body;
    private final RunLimits limits;
    private final List<Filter> filters;
    private final int runsMax;
    private volatile boolean cancelled;
    private volatile @Nullable GuestRun present;

    WarmUp(
            Isolates isolates,
            GuestRequest request,
            byte[] body,
            RunLimits limits,
            List<Filter> filters,
            int runsMax) {
        this.isolates = isolates;
        this.request = request;
        this.body = body.clone();
        this.limits = limits;
        this.filters = List.copyOf(filters);
        this.runsMax = runsMax;
    }

    /// What it came to.
    ///
    /// @param runs how many there were
    /// @param first how long the first took; zero if there was none
    /// @param fastest how long the quickest took
    public record Result(int runs, Duration first, Duration fastest) {}

    /// Runs until the time is over, the runs are made, or one ended as no second one should have
    /// to. The last run isn't cut off, but within as much time again: to stop a run makes all later
    /// ones of its image slower. The thread yields to all others from then on, where the system can
    /// do that: use one that nothing else needs.
    public Result run(Duration time) {
        ThreadPriority.lowerHere();
        RunLimits within = limits.within(time);
        long end = System.nanoTime() + time.toNanos();
        int runs = 0;
        long first = 0;
        long fastest = Long.MAX_VALUE;
        long left = time.toNanos();
        while (runs < runsMax && left > 0 && !cancelled) {
            RunResult result = once(within);
            long took = result.isolateStartNanos() + result.guestNanos();
            first = runs == 0 ? took : first;
            fastest = Math.min(fastest, took);
            runs++;
            if (!isWorthAnother(result.outcome())) {
                break;
            }
            left = end - System.nanoTime();
        }
        return new Result(runs, Duration.ofNanos(first), Duration.ofNanos(runs == 0 ? 0 : fastest));
    }

    private RunResult once(RunLimits within) {
        var run = isolates.run(new Nobody(request, body), within, filters);
        present = run;
        if (cancelled) {
            run.abandon();
        }
        return run.execute();
    }

    private static boolean isWorthAnother(Outcome outcome) {
        return outcome instanceof Outcome.Completed || outcome instanceof Outcome.Exited;
    }

    /// Ends it soon.
    public void cancel() {
        cancelled = true;
        GuestRun run = present;
        if (run != null) {
            run.abandon();
        }
    }
}

package dev.cress.cli;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/// SIGTERM or SIGINT, for a command that runs until then. The JVM stays alive until the command has
/// closed its parts, at most [#STOP_MAX] long; then the process ends with exit code 0, or 1 if they
/// didn't close.
final class StopSignal {
    /// Above what requests in flight get, and below the 90 s after which service managers kill.
    private static final Duration STOP_MAX = Duration.ofSeconds(60);

    private static final Duration LOOK_EVERY = Duration.ofMillis(20);

    private final Consumer<String> say;
    private final Duration stopMax;
    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);
    private final Thread hook = Thread.ofPlatform().name("cress-stop").unstarted(this::stop);
    private volatile int exitCode = ExitCode.ERROR;

    private StopSignal(Consumer<String> say, Duration stopMax) {
        this.say = say;
        this.stopMax = stopMax;
    }

    /// What runs until it is told to stop, and closes its parts before it returns.
    interface Work {
        void run(StopSignal stop);
    }

    /// Runs this, and returns the exit code.
    ///
    /// @param say hears what went wrong while stopping
    static int run(Consumer<String> say, Work work) {
        return run(say, STOP_MAX, work);
    }

    static int run(Consumer<String> say, Duration stopMax, Work work) {
        var signal = new StopSignal(say, stopMax);
        Runtime.getRuntime().addShutdownHook(signal.hook);
        try {
            work.run(signal);
            signal.exitCode = ExitCode.OK;
        } catch (RuntimeException e) {
            if (!signal.isAsked()) {
                throw e;
            }
            // said here: the process is gone before anybody else can
            say.accept("cress: stopping failed: " + e.getMessage());
        } finally {
            signal.end();
        }
        return signal.exitCode;
    }

    private boolean isAsked() {
        return asked.getCount() == 0;
    }

    private void stop() {
        asked.countDown();
        try {
            if (!ended.await(stopMax.toMillis(), TimeUnit.MILLISECONDS)) {
                say.accept("cress: did not stop within %d s".formatted(stopMax.toSeconds()));
            }
            // asked to stop and stopped: a JVM would call that 143
            Runtime.getRuntime().halt(exitCode);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// Waits until this is so, however long that takes; returns false when it was told to stop
    /// first.
    boolean awaitOr(BooleanSupplier condition) {
        try {
            while (!condition.getAsBoolean()) {
                if (asked.await(LOOK_EVERY.toMillis(), TimeUnit.MILLISECONDS)) {
                    return false;
                }
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /// The same for so long at most; then it is an error.
    boolean awaitOr(String what, Duration max, BooleanSupplier condition) {
        long end = System.nanoTime() + max.toNanos();
        return awaitOr(
                () -> {
                    if (condition.getAsBoolean()) {
                        return true;
                    }
                    if (System.nanoTime() > end) {
                        throw new CliException(
                                "gave up after %d s waiting until %s"
                                        .formatted(max.toSeconds(), what));
                    }
                    return false;
                });
    }

    void await() {
        try {
            asked.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void end() {
        if (!isAsked()) {
            try {
                // ends for a reason of its own: no part of this is for a shutdown to wait for
                Runtime.getRuntime().removeShutdownHook(hook);
            } catch (IllegalStateException e) {
                // asked just now: the hook is running
            }
        }
        ended.countDown();
    }
}

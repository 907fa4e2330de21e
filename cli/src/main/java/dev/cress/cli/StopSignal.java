package dev.cress.cli;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/// SIGTERM or SIGINT, for a command that runs until then. The JVM stays alive until this is closed,
/// which the command does after its parts; then the process ends with exit code 0.
final class StopSignal implements AutoCloseable {
    private static final Duration LOOK_EVERY = Duration.ofMillis(20);

    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread hook = Thread.ofPlatform().name("cress-stop").unstarted(this::stop);

    StopSignal() {
        Runtime.getRuntime().addShutdownHook(hook);
    }

    private void stop() {
        asked.countDown();
        try {
            closed.await();
            // asked to stop and stopped: a JVM would call that 143
            Runtime.getRuntime().halt(ExitCode.OK);
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

    void await() {
        try {
            asked.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        if (asked.getCount() > 0) {
            // ends for a reason of its own: no part of this is for a shutdown to wait for
            Runtime.getRuntime().removeShutdownHook(hook);
        }
        closed.countDown();
    }
}

package dev.cress.bench;

import dev.cress.wasm.guest.GuestExchange;
import dev.cress.wasm.guest.GuestRequest;
import dev.cress.wasm.guest.LogLevel;
import dev.cress.wasm.guest.Outcome;
import dev.cress.wasm.guest.ResponseHead;

import java.util.concurrent.CountDownLatch;
import java.util.function.LongSupplier;

/// A client that sends a head and then nothing: who reads its body waits until the run is stopped.
/// Notes when that was.
final class SilentClient implements GuestExchange {
    private final GuestRequest request;
    private final LongSupplier clock;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private volatile long stoppedNanos;

    SilentClient(GuestRequest request, LongSupplier clock) {
        this.request = request;
        this.clock = clock;
    }

    /// On its clock. Waits for whoever is just saying it.
    long stoppedNanos() {
        await();
        return stoppedNanos;
    }

    private void await() {
        boolean interrupted = false;
        while (true) {
            try {
                stopped.await();
                break;
            } catch (InterruptedException _) {
                interrupted = true;
            }
        }
        if (interrupted) {
            throw new IllegalStateException("a host call was interrupted");
        }
    }

    @Override
    public GuestRequest request() {
        return request;
    }

    @Override
    public int read(byte[] into, int offset, int length) {
        await();
        return -1;
    }

    @Override
    public void head(ResponseHead head) {
        // nobody reads it
    }

    @Override
    public void write(byte[] from, int offset, int length) {
        // nobody reads it
    }

    @Override
    public void log(LogLevel level, byte[] text) {
        // nobody reads it
    }

    @Override
    public void stopped(Outcome outcome) {
        stoppedNanos = clock.getAsLong();
        stopped.countDown();
    }
}

package dev.cress.wasm;

import dev.cress.wasm.guest.GuestExchange;
import dev.cress.wasm.guest.GuestRequest;
import dev.cress.wasm.guest.LogLevel;
import dev.cress.wasm.guest.Outcome;
import dev.cress.wasm.guest.ResponseHead;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/// A client that sends nothing and takes nothing: reads and writes block until they are cancelled.
final class BlockedExchange implements GuestExchange {
    private final RecordedExchange request = RecordedExchange.get("/");
    private final CountDownLatch reached = new CountDownLatch(1);
    private final CountDownLatch cancelled = new CountDownLatch(1);
    final AtomicInteger cancels = new AtomicInteger();

    /// Waits until the guest reads, writes or logs.
    void awaitGuest() {
        await(reached);
    }

    private static void await(CountDownLatch latch) {
        boolean interrupted = false;
        while (true) {
            try {
                latch.await();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            throw new AssertionError("a host call was interrupted");
        }
    }

    private void block() {
        reached.countDown();
        await(cancelled);
    }

    @Override
    public GuestRequest request() {
        return request.request();
    }

    @Override
    public int read(byte[] into, int offset, int length) {
        block();
        return -1;
    }

    @Override
    public void head(ResponseHead head) {}

    @Override
    public void write(byte[] from, int offset, int length) {
        block();
    }

    @Override
    public void log(LogLevel level, byte[] text) {
        reached.countDown();
    }

    @Override
    public void stopped(Outcome outcome) {
        cancels.incrementAndGet();
        cancelled.countDown();
    }
}

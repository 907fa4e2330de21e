package dev.cress.node.serve;

import static org.assertj.core.api.Assertions.assertThat;

import static java.util.concurrent.TimeUnit.SECONDS;

import org.junit.jupiter.api.Test;

import java.util.concurrent.CountDownLatch;

/// A guest thread's task that fails in a way that nobody thought of.
class GuestThreadsFaultTest {
    @Test
    void givesItsPlaceAway() throws InterruptedException {
        try (var threads = new GuestThreads("test", 1, 1)) {
            GuestThreads.Lane lane = threads.lane();
            var begun = new CountDownLatch(1);
            var go = new CountDownLatch(1);
            var next = new CountDownLatch(1);
            lane.submit(
                    () -> {
                        begun.countDown();
                        await(go);
                        throw new AssertionError("a fault of ours");
                    },
                    1);
            assertThat(begun.await(5, SECONDS)).isTrue();
            lane.submit(next::countDown, 1);
            go.countDown();
            assertThat(next.await(5, SECONDS)).isTrue();
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(5, SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

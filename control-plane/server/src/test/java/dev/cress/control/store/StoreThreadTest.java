package dev.cress.control.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.Vertx;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;

class StoreThreadTest {
    @Test
    void workIsDoneInOrderAndWhatTheQueueCanNotHoldIsRefused() {
        var vertx = Vertx.vertx();
        var mayGo = new CountDownLatch(1);
        var done = new CopyOnWriteArrayList<Integer>();
        try (var thread = new StoreThread(vertx.getOrCreateContext(), "store", 1)) {
            thread.run(() -> awaited(mayGo));
            await().until(() -> thread.queued() == 0);
            for (int i = 0; i < StoreThread.QUEUE_MAX; i++) {
                int number = i;
                thread.run(() -> number).onSuccess(done::add);
            }
            var refused = thread.run(() -> 0);
            assertThat(refused.cause())
                    .isInstanceOfSatisfying(
                            StoreException.class,
                            e -> assertThat(e.kind()).isEqualTo(StoreException.Kind.BUSY));
            assertThat(refused.cause()).hasMessageContaining("at most 1024");
            mayGo.countDown();
            await().until(() -> done.size() == StoreThread.QUEUE_MAX);
            assertThat(done).isSorted();
        } finally {
            vertx.close();
        }
        assertThat(List.copyOf(done)).hasSize(StoreThread.QUEUE_MAX);
    }

    @Test
    void whatComesWhenItIsClosedIsToldSo() {
        var vertx = Vertx.vertx();
        var thread = new StoreThread(vertx.getOrCreateContext(), "store", 1);
        thread.close();
        assertThat(thread.run(() -> 0).cause()).hasMessage("the store is closed: its server stops");
        vertx.close();
    }

    private static boolean awaited(CountDownLatch latch) {
        try {
            latch.await();
            return true;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}

package dev.cress.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.Future;
import io.vertx.core.internal.VertxInternal;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;

@Timeout(60)
class LoopTest {
    @Test
    void closesWhenBlockingWorkThatIsUnderWayHasItsAnswer() throws InterruptedException {
        var loop = Loop.start();
        var blocking = ((VertxInternal) loop.vertx()).workerPool().executor();
        var begun = new CountDownLatch(1);
        var mayEnd = new CountDownLatch(1);
        Future<String> answer =
                loop.vertx()
                        .executeBlocking(
                                () -> {
                                    begun.countDown();
                                    mayEnd.await();
                                    return "done";
                                });
        begun.await();
        var closed = CompletableFuture.runAsync(loop::close);
        await().until(blocking::isShutdown);
        mayEnd.countDown();
        closed.join();
        assertThat(answer.result()).isEqualTo("done");
    }
}

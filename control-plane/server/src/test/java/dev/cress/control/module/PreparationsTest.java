package dev.cress.control.module;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.cress.control.store.Refusal;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;

@Timeout(30)
class PreparationsTest {
    private static final int RUNNING = Preparations.RUNNING_MAX;
    private static final int WAITING = Preparations.QUEUE_MAX;
    private static final Duration STOPS_IN = Duration.ofMillis(200);

    private final Vertx vertx = Vertx.vertx();
    private final Context loop = vertx.getOrCreateContext();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final List<String> begun = Collections.synchronizedList(new ArrayList<>());
    private final List<String> ended = Collections.synchronizedList(new ArrayList<>());
    private final Semaphore mayEnd = new Semaphore(0);
    private final Preparations preparations = new Preparations(this::prepare, loop, meters);

    private String prepare(Path module, String abi) {
        begun.add(module.toString());
        try {
            mayEnd.acquire();
        } catch (InterruptedException e) {
            LockSupport.parkNanos(STOPS_IN.toNanos());
            throw new IllegalStateException("interrupted", e);
        } finally {
            ended.add(module.toString());
        }
        return "wasi-cgi";
    }

    @AfterEach
    void close() {
        mayEnd.release(1_000);
        preparations.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    private Future<String> ask(String tenant, int number, Future<Void> unwanted) {
        var asked = new CompletableFuture<Future<String>>();
        loop.runOnContext(
                _ ->
                        asked.complete(
                                preparations.prepare(
                                        tenant, Path.of(tenant + number), "auto", unwanted)));
        return asked.join();
    }

    private List<Future<String>> ask(String tenant, int count) {
        List<Future<String>> all = new ArrayList<>();
        for (int i = 1; i <= count; i++) {
            all.add(ask(tenant, i, Promise.<Void>promise().future()));
        }
        return all;
    }

    private double queued() {
        return meters.get("cress.control.preparations.queued").gauge().value();
    }

    private static Refusal refusal(Future<String> answer) {
        await().until(answer::isComplete);
        assertThat(answer.cause()).isInstanceOf(Refusal.class);
        return (Refusal) answer.cause();
    }

    /// Interrupted, it still takes a moment.
    @Test
    void onceItIsClosedNothingRunsAnyMore() {
        ask("a", 1);
        await().until(() -> begun.size() == 1);
        preparations.close();
        assertThat(ended).containsExactly("a1");
    }

    @Test
    void aTenantWaitsForNoMoreOfAnothersThanRun() {
        ask("a", RUNNING + WAITING);
        ask("b", 2);
        await().until(() -> begun.size() == RUNNING);
        for (int ended = 1; ended <= 4; ended++) {
            int begin = RUNNING + ended;
            mayEnd.release();
            await().until(() -> begun.size() == begin);
        }
        // the first two begin at once
        assertThat(begun.subList(0, RUNNING)).containsExactlyInAnyOrder("a1", "a2");
        assertThat(begun.subList(RUNNING, begun.size())).containsExactly("b1", "a3", "b2", "a4");
    }

    @Test
    void aTenantsFullQueueIsSaidToItAndLocksNobodyElseOut() {
        List<Future<String>> accepted = ask("a", RUNNING + WAITING);
        Refusal refused = refusal(ask("a", 99, Promise.<Void>promise().future()));
        assertThat(refused.problem().code()).isEqualTo("overloaded");
        assertThat(refused).hasMessage("16 modules of yours wait to be checked, at most 16");
        assertThat(refused.headers()).containsKey("retry-after");

        accepted.addAll(ask("b", WAITING));
        assertThat(queued()).isEqualTo(2 * WAITING);
        mayEnd.release(1_000);
        await().until(() -> accepted.stream().allMatch(Future::succeeded));
        assertThat(queued()).isZero();
    }

    @Test
    void whatNobodyWaitsForAnyMoreGivesUpItsPlaceAndNeverBegins() {
        ask("a", RUNNING + WAITING - 1);
        Promise<Void> gone = Promise.promise();
        Future<String> last = ask("a", 99, gone.future());
        assertThat(queued()).isEqualTo(WAITING);
        loop.runOnContext(_ -> gone.complete());
        await().until(last::failed);
        assertThat(queued()).isEqualTo(WAITING - 1);

        Future<String> next = ask("a", 100, Promise.<Void>promise().future());
        mayEnd.release(1_000);
        await().until(next::succeeded);
        assertThat(begun).contains("a100").doesNotContain("a99");
    }

    @Test
    void whatRunsGoesOnWhenNobodyWaitsForItAnyMore() {
        Future<String> first = ask("a", 1, Future.succeededFuture());
        await().until(() -> begun.size() == 1);
        mayEnd.release();
        await().until(first::succeeded);
    }

    @Test
    void closingEndsWhatRunsAndRefusesWhatWaits() {
        List<Future<String>> asked = ask("a", RUNNING + 3);
        await().until(() -> begun.size() == RUNNING);
        preparations.close();
        for (Future<String> waiting : asked.subList(RUNNING, asked.size())) {
            assertThat(refusal(waiting).problem().code()).isEqualTo("unavailable");
        }
        await().until(() -> asked.stream().allMatch(Future::failed));
        assertThat(refusal(ask("a", 99, Future.succeededFuture())).problem().code())
                .isEqualTo("unavailable");
        assertThat(begun).hasSize(RUNNING);
    }

    @Test
    void whatEndsAfterTheEventLoopDoesSoQuietly() {
        ask("acme", 1);
        await().until(() -> begun.size() == 1);
        vertx.close().toCompletionStage().toCompletableFuture().join();
        mayEnd.release();
        // what a thread ends with makes this fail
        await().during(Duration.ofMillis(300)).until(() -> ended() == 1);
    }

    private long ended() {
        var timer = meters.find("cress.control.preparations").timer();
        return timer == null ? 0 : timer.count();
    }
}

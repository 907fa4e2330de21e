package dev.cress.node.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import static java.util.concurrent.TimeUnit.SECONDS;

import dev.cress.contract.TenantName;
import dev.cress.node.serve.GuestThreads.Admission;
import dev.cress.node.serve.GuestThreads.After;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;

/// Two threads and two places in each lane's queue, and tasks that run until the test lets them go.
class GuestThreadsTest {
    private static final int THREADS = 2;
    private static final int QUEUED = 2;

    private final GuestThreads threads = new GuestThreads("test", THREADS, QUEUED);
    private final BlockingQueue<String> begun = new LinkedBlockingQueue<>();
    private final List<CountDownLatch> gates = new ArrayList<>();

    @AfterEach
    void letAllGo() {
        gates.forEach(CountDownLatch::countDown);
        threads.close();
    }

    /// A task that says its name and waits at the gate.
    private GuestThreads.Task task(String name, CountDownLatch gate) {
        gates.add(gate);
        return () -> {
            begun.add(name);
            try {
                assertThat(gate.await(20, SECONDS)).isTrue();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return After.FRESH;
        };
    }

    private GuestThreads.Task says(String name) {
        return () -> {
            begun.add(name);
            return After.FRESH;
        };
    }

    private CountDownLatch occupy(GuestThreads.Lane lane, String name) {
        var gate = new CountDownLatch(1);
        assertThat(lane.submit(task(name, gate), THREADS)).isEqualTo(Admission.RUNS);
        assertThat(next()).isEqualTo(name);
        return gate;
    }

    private boolean submit(GuestThreads.Lane lane, String name) {
        return lane.submit(says(name), THREADS) != Admission.REFUSED;
    }

    private String next() {
        try {
            return String.valueOf(begun.poll(10, SECONDS));
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private void awaitIdle() {
        await().atMost(10, SECONDS)
                .pollInterval(Duration.ofMillis(1))
                .until(() -> threads.running() == 0 && threads.queued() == 0);
    }

    @Test
    void runsAsManyAtOnceAsItHasThreads() {
        GuestThreads.Lane lane = threads.lane(TenantName.DEFAULT);
        occupy(lane, "one");
        occupy(lane, "two");
        submit(lane, "three");
        assertThat(threads.running()).isEqualTo(THREADS);
        assertThat(threads.queued()).isEqualTo(1);
        assertThat(begun).isEmpty();
    }

    @Test
    void runsNoMoreOfALaneThanItsConcurrencyThoughThreadsAreFree() {
        GuestThreads.Lane narrow = threads.lane(TenantName.DEFAULT);
        var gate = new CountDownLatch(1);
        narrow.submit(task("one", gate), 1);
        assertThat(next()).isEqualTo("one");
        assertThat(narrow.submit(says("two"), 1)).isEqualTo(Admission.WAITS);
        assertThat(threads.running()).isEqualTo(1);
        submit(threads.lane(TenantName.DEFAULT), "other");
        assertThat(next()).isEqualTo("other");
        gate.countDown();
        assertThat(next()).isEqualTo("two");
    }

    @Test
    void refusesWhatItsLaneHasNoPlaceFor() {
        GuestThreads.Lane lane = threads.lane(TenantName.DEFAULT);
        occupy(lane, "one");
        occupy(lane, "two");
        for (int i = 0; i < QUEUED; i++) {
            assertThat(submit(lane, "queued")).isTrue();
        }
        assertThat(submit(lane, "refused")).isFalse();
        assertThat(submit(threads.lane(TenantName.DEFAULT), "of another lane")).isTrue();
    }

    @Test
    void takesTurnsBetweenLanes() {
        GuestThreads.Lane crowd = threads.lane(TenantName.DEFAULT);
        GuestThreads.Lane single = threads.lane(TenantName.DEFAULT);
        CountDownLatch first = occupy(crowd, "one");
        occupy(crowd, "two");
        submit(crowd, "crowd 1");
        submit(crowd, "crowd 2");
        submit(single, "single");
        first.countDown();
        assertThat(List.of(next(), next(), next())).containsExactly("crowd 1", "single", "crowd 2");
    }

    @Test
    void takesTurnsBetweenTenantsHoweverManyLanesOneHas() {
        var acme = new TenantName("acme");
        GuestThreads.Lane first = threads.lane(acme);
        GuestThreads.Lane second = threads.lane(acme);
        GuestThreads.Lane other = threads.lane(new TenantName("zeta"));
        CountDownLatch gate = occupy(first, "one");
        occupy(second, "two");
        submit(first, "acme 1");
        submit(second, "acme 2");
        submit(other, "zeta 1");
        submit(other, "zeta 2");
        gate.countDown();
        assertThat(List.of(next(), next(), next(), next()))
                .containsExactly("acme 1", "zeta 1", "acme 2", "zeta 2");
    }

    @Test
    void runsNoMoreOfATenantThanItMayInAllItsLanesTogether() {
        var acme = new TenantName("acme");
        threads.limit(Map.of(acme, 1));
        GuestThreads.Lane first = threads.lane(acme);
        GuestThreads.Lane second = threads.lane(acme);
        CountDownLatch gate = occupy(first, "one");
        assertThat(second.submit(says("two"), THREADS)).isEqualTo(Admission.WAITS);
        assertThat(threads.running()).isEqualTo(1);
        submit(threads.lane(TenantName.DEFAULT), "other");
        assertThat(next()).isEqualTo("other");
        gate.countDown();
        assertThat(next()).isEqualTo("two");
        await().until(() -> threads.running() == 0);
        threads.limit(Map.of());
        occupy(first, "three");
        occupy(second, "four");
    }

    @Test
    void aLaneThatIsClosedLeavesTheOthersOfItsTenantTheirLimit() {
        var acme = new TenantName("acme");
        threads.limit(Map.of(acme, 1));
        GuestThreads.Lane first = threads.lane(acme);
        occupy(first, "one");
        threads.lane(acme).close();
        assertThat(threads.lane(acme).submit(says("two"), THREADS)).isEqualTo(Admission.WAITS);
    }

    @Test
    void runsALanesTasksInTheirOrder() {
        GuestThreads.Lane lane = threads.lane(TenantName.DEFAULT);
        CountDownLatch first = occupy(lane, "one");
        occupy(lane, "two");
        submit(lane, "three");
        submit(lane, "four");
        first.countDown();
        assertThat(List.of(next(), next())).containsExactly("three", "four");
    }

    @Test
    void passesALaneOverThatMayNotRunMore() {
        GuestThreads.Lane narrow = threads.lane(TenantName.DEFAULT);
        GuestThreads.Lane other = threads.lane(TenantName.DEFAULT);
        var gate = new CountDownLatch(1);
        narrow.submit(task("narrow", gate), 1);
        assertThat(next()).isEqualTo("narrow");
        CountDownLatch second = occupy(other, "other");
        narrow.submit(says("narrow waits"), 1);
        submit(other, "other waits");
        second.countDown();
        assertThat(next()).isEqualTo("other waits");
        gate.countDown();
        assertThat(next()).isEqualTo("narrow waits");
    }

    /// It would have the lowest priority from its birth, and nobody would know.
    @Test
    void aSpentThreadMakesNoOtherInItsPlace() {
        var alone = new GuestThreads("alone", THREADS, QUEUED);
        var spent = new CompletableFuture<Thread>();
        alone.lane(TenantName.DEFAULT)
                .submit(
                        () -> {
                            spent.complete(Thread.currentThread());
                            return After.SPENT;
                        },
                        THREADS);
        await().atMost(10, SECONDS).until(() -> !spent.join().isAlive());
        assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .noneMatch(name -> name.startsWith("cress-guest-alone-"));
        alone.close();
    }

    @Test
    void aSpentThreadRunsNothingElse() {
        GuestThreads.Lane lane = threads.lane(TenantName.DEFAULT);
        var spent = new CompletableFuture<Thread>();
        lane.submit(
                () -> {
                    spent.complete(Thread.currentThread());
                    return After.SPENT;
                },
                1);
        for (int i = 0; i < 3; i++) {
            lane.submit(
                    () -> {
                        begun.add(Thread.currentThread() == spent.join() ? "spent" : "fresh");
                        return After.FRESH;
                    },
                    1);
            assertThat(next()).isEqualTo("fresh");
        }
        await().atMost(10, SECONDS).until(() -> !spent.join().isAlive());
    }

    @ParameterizedTest
    @ValueSource(
            classes = {IllegalStateException.class, StackOverflowError.class, AssertionError.class})
    void aTaskThatFailsGivesItsPlaceBack(Class<? extends Throwable> failure) {
        GuestThreads.Lane lane = threads.lane(TenantName.DEFAULT);
        for (int i = 0; i < 2 * THREADS; i++) {
            lane.submit(() -> fail(failure), 1);
        }
        awaitIdle();
        submit(lane, "after");
        assertThat(next()).isEqualTo("after");
    }

    private static After fail(Class<? extends Throwable> failure) {
        if (failure == IllegalStateException.class) {
            throw new IllegalStateException("a test's");
        }
        if (failure == StackOverflowError.class) {
            throw new StackOverflowError("a test's");
        }
        throw new AssertionError("a test's");
    }

    @Test
    void finishesWhatRunsAndWaitsWhenItCloses() {
        GuestThreads.Lane lane = threads.lane(TenantName.DEFAULT);
        CountDownLatch first = occupy(lane, "one");
        occupy(lane, "two");
        submit(lane, "three");
        threads.close();
        first.countDown();
        assertThat(next()).isEqualTo("three");
    }

    @Test
    void takesNothingNewAfterItClosed() {
        threads.close();
        assertThatThrownBy(() -> submit(threads.lane(TenantName.DEFAULT), "late"))
                .isInstanceOf(RejectedExecutionException.class);
    }

    @Test
    void runsOnNamedThreadsThatDoNotHoldTheProcess() throws InterruptedException {
        var seen = new LinkedBlockingQueue<Thread>();
        threads.lane(TenantName.DEFAULT)
                .submit(
                        () -> {
                            seen.add(Thread.currentThread());
                            return After.FRESH;
                        },
                        1);
        Thread thread = seen.poll(10, SECONDS);
        assertThat(thread).isNotNull();
        assertThat(thread.getName()).startsWith("cress-guest-test-");
        assertThat(thread.isDaemon()).isTrue();
        assertThat(thread.isVirtual()).isFalse();
    }
}

package dev.cress.wasm.isolate;

import static dev.cress.wasm.assembly.WasmBytes.bytes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cress.wasm.abi.HostFunctions;
import dev.cress.wasm.assembly.Assembler;
import dev.cress.wasm.build.ModuleBuild;
import dev.cress.wasm.code.GuestCode;
import dev.cress.wasm.code.ModuleParser;
import dev.cress.wasm.guest.RefusedModuleException;
import dev.cress.wasm.guest.Wanted;
import dev.cress.wasm.memory.MemoryBudget;
import dev.cress.wasm.stop.Watchdog;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ThreadLocalRandom;

/// A thread has its isolate back without meeting others, and still none is forgotten, held twice or
/// kept for nobody.
@Timeout(60)
class WaitingIsolatesTest {
    private static final int PAGE = 65_536;
    private static final int PAGES_MAX = 16;
    private static final long SECOND = Duration.ofSeconds(1).toNanos();
    private static final long NEVER = Duration.ofDays(1).toNanos();

    private final MemoryBudget budget = new MemoryBudget(512L * PAGE);
    private final IsolatePools pools = new IsolatePools(budget, 0, Duration.ofDays(1));
    private final IsolatePool pool;

    /// No thread tends the pool but where a test does.
    WaitingIsolatesTest() throws RefusedModuleException {
        pools.close();
        pool = pools.pool(blueprint(), () -> {});
    }

    private static Blueprint blueprint() throws RefusedModuleException {
        byte[] module = Assembler.withMemory(1).start(bytes().end()).toBytes();
        try (var watchdog = new Watchdog()) {
            var content =
                    ModuleBuild.build(module, Wanted.AUTO, new MemoryBudget(10L * PAGE), watchdog);
            var stripped = ModuleParser.parseStripped(content.stripped());
            return Blueprint.startingFrom(
                    content.state(),
                    stripped,
                    GuestCode.load(content.compiled()),
                    HostFunctions.importsOf(stripped),
                    false,
                    content.starts());
        }
    }

    @AfterEach
    void allMemoryIsGivenBack() {
        pool.close();
        assertThat(pool.idle()).isZero();
        assertThat(budget.bytesTaken()).isZero();
    }

    private Isolate acquire() {
        return Objects.requireNonNull(pool.acquire(PAGES_MAX));
    }

    private List<Isolate> acquire(int count) {
        var isolates = new ArrayList<Isolate>();
        for (int i = 0; i < count; i++) {
            isolates.add(acquire());
        }
        return isolates;
    }

    private void release(List<Isolate> isolates) {
        isolates.forEach(isolate -> pool.release(isolate, true));
    }

    private static <T> T onAThreadOfItsOwn(Callable<T> task)
            throws InterruptedException, ExecutionException {
        var result = new FutureTask<>(task);
        Thread.ofPlatform().start(result);
        return result.get();
    }

    /// A thread with another slot than this one.
    private static Thread another(Runnable task) {
        long here = Thread.currentThread().threadId();
        Thread thread;
        do {
            thread = Thread.ofPlatform().unstarted(task);
        } while ((thread.threadId() - here) % WaitingIsolates.SLOTS == 0);
        return thread;
    }

    @Test
    void aThreadGetsBackWhatItGaveBackThoughAnotherDidSoSince() throws InterruptedException {
        Isolate mine = acquire();
        Isolate theirs = acquire();
        pool.release(mine, true);
        Thread other = another(() -> pool.release(theirs, true));
        other.start();
        other.join();
        assertThat(acquire()).isSameAs(mine);
        assertThat(acquire()).isSameAs(theirs);
        release(List.of(mine, theirs));
    }

    @Test
    void whatAThreadLeavesAsItEndsIsTheNextThreads()
            throws InterruptedException, ExecutionException {
        Isolate only = acquire();
        pool.release(only, true);
        for (int i = 0; i < 4 * WaitingIsolates.SLOTS; i++) {
            Isolate taken =
                    onAThreadOfItsOwn(
                            () -> {
                                Isolate isolate = acquire();
                                pool.release(isolate, true);
                                return isolate;
                            });
            assertThat(taken).isSameAs(only);
        }
        assertThat(pool.idle()).isEqualTo(1);
        assertThat(budget.bytesTaken()).isEqualTo(PAGE);
    }

    @Test
    void noMoreWaitThanMay() {
        release(acquire(IsolatePool.IDLE_MAX + 20));
        assertThat(pool.idle()).isLessThanOrEqualTo(IsolatePool.IDLE_MAX);
        assertThat(budget.bytesTaken()).isEqualTo((long) pool.idle() * PAGE);
    }

    @Test
    void whatNobodyNeedsIsGivenBackWhileOneIsInUse() {
        release(acquire(40));
        long now = System.nanoTime();
        for (int look = 0; look < 10; look++) {
            Isolate isolate = acquire();
            pool.release(isolate, true);
            now += SECOND;
            pool.tend(now, NEVER, NEVER);
        }
        assertThat(pool.idle()).isBetween(1, 2);
    }

    @Test
    void aThreadsOwnIsGivenBackWhenNobodyUsedThePoolForLong() {
        pool.release(acquire(), true);
        long now = System.nanoTime();
        pool.tend(now, SECOND, NEVER);
        assertThat(pool.idle()).isEqualTo(1);
        pool.tend(now + 2 * SECOND, SECOND, NEVER);
        assertThat(pool.idle()).isZero();
        assertThat(budget.bytesTaken()).isZero();
    }

    @Test
    void anotherPoolsRunTakesTheThreadsOwn() throws RefusedModuleException {
        var isolates = acquire(512);
        pool.release(isolates.removeLast(), true);
        try (var other = pools.pool(blueprint(), () -> {})) {
            Isolate isolate = Objects.requireNonNull(other.acquire(PAGES_MAX));
            assertThat(pool.idle()).isZero();
            other.discard(isolate);
        }
        isolates.forEach(pool::discard);
    }

    @Test
    void noIsolateIsHeldTwiceWhileThreadsAndTheKeeperRace()
            throws InterruptedException, ExecutionException {
        int threads = 8;
        Set<Isolate> held = ConcurrentHashMap.newKeySet();
        var running = new CountDownLatch(threads);
        try (var workers = Executors.newFixedThreadPool(threads + 1)) {
            var tasks = new ArrayList<Future<?>>();
            for (int i = 0; i < threads; i++) {
                tasks.add(workers.submit(() -> cycles(held, running)));
            }
            tasks.add(workers.submit(() -> tend(running)));
            for (var task : tasks) {
                task.get();
            }
        }
        assertThat(held).isEmpty();
        assertThat(budget.bytesTaken()).isEqualTo((long) pool.idle() * PAGE);
    }

    private void cycles(Set<Isolate> held, CountDownLatch running) {
        for (int i = 0; i < 20_000; i++) {
            var isolates = acquire(1 + ThreadLocalRandom.current().nextInt(3));
            for (Isolate isolate : isolates) {
                if (!held.add(isolate)) {
                    throw new AssertionError("two hold one isolate");
                }
            }
            held.removeAll(isolates);
            release(isolates);
        }
        running.countDown();
    }

    private void tend(CountDownLatch running) {
        while (running.getCount() > 0) {
            pool.tend(System.nanoTime(), NEVER, NEVER);
            pool.drop(1);
        }
    }
}

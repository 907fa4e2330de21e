package dev.cress.node.serve;

import dev.cress.contract.TenantName;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/// The threads that guests run on, and who gets one: each function has a [Lane] with its own
/// concurrency and a bounded queue. Tenants take turns, and within a tenant its lanes, so that one
/// function's crowd never stands before another's single request, and a tenant gets no more turns
/// for having many functions. Thread-safe; the lock covers a few field updates.
public final class GuestThreads implements AutoCloseable {
    /// A guest's frames live on this stack; recursion past it is a clean trap.
    private static final long STACK_BYTES = 4 << 20;

    private static final int UNLIMITED = Integer.MAX_VALUE;

    private static final Duration KEEP_ALIVE = Duration.ofSeconds(30);

    private static final Logger LOG = LoggerFactory.getLogger(GuestThreads.class);

    private final int threadsMax;
    private final int queuedPerLaneMax;
    private final ThreadPoolExecutor threads;
    private final ThreadPoolExecutor starter;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<TenantName, Party> parties = new HashMap<>();

    /// Tenants of which something waits, in the order of their turns.
    private final Deque<Party> waiting = new ArrayDeque<>();

    private Map<TenantName, Integer> concurrencies = Map.of();
    private int running;

    public GuestThreads(String node, int threadsMax, int queuedPerLaneMax) {
        this.threadsMax = threadsMax;
        this.queuedPerLaneMax = queuedPerLaneMax;
        // three times as many as run at once: a thread gives its place away before it is back in
        // the pool, or has ended
        this.threads =
                new ThreadPoolExecutor(
                        0,
                        3 * threadsMax,
                        KEEP_ALIVE.toMillis(),
                        TimeUnit.MILLISECONDS,
                        new SynchronousQueue<>(),
                        new Fresh(
                                Thread.ofPlatform()
                                        .name("cress-guest-" + node + "-", 0)
                                        .stackSize(STACK_BYTES)
                                        .daemon()
                                        .uncaughtExceptionHandler(GuestThreads::ended)
                                        .factory()));
        this.starter =
                new ThreadPoolExecutor(
                        1,
                        1,
                        KEEP_ALIVE.toMillis(),
                        TimeUnit.MILLISECONDS,
                        new LinkedBlockingQueue<>(threadsMax),
                        Thread.ofPlatform()
                                .name("cress-guest-starter-" + node)
                                .daemon()
                                .uncaughtExceptionHandler(GuestThreads::ended)
                                .factory());
        starter.prestartCoreThread();
    }

    /// Makes threads, but not on a spent one: its pool asks for another in its place as it ends,
    /// which would inherit its priority.
    private record Fresh(ThreadFactory factory) implements ThreadFactory {
        private static final ThreadLocal<Boolean> HERE_IS_SPENT =
                ThreadLocal.withInitial(() -> false);

        @Override
        public @Nullable Thread newThread(Runnable work) {
            return HERE_IS_SPENT.get() ? null : factory.newThread(work);
        }
    }

    /// What a guest thread does.
    interface Task {
        After run();
    }

    /// What a task leaves of its thread.
    enum After {
        /// It runs the next.
        FRESH,
        /// It has the lowest priority for good, or is in doubt: another thread runs the next.
        SPENT
    }

    /// What became of a task.
    enum Admission {
        /// It has a thread.
        RUNS,
        /// It stands in its lane's queue, until its turn comes or [Lane#remove] takes it out.
        WAITS,
        /// As many as may run and wait already do.
        REFUSED
    }

    /// One tenant's lanes.
    private static final class Party {
        /// Those in which something waits, in the order of their turns.
        private final Deque<Lane> waiting = new ArrayDeque<>();

        private int lanes;
        private int running;
        private int concurrencyMax;

        private Party(int concurrencyMax) {
            this.concurrencyMax = concurrencyMax;
        }

        private boolean isFull() {
            return running >= concurrencyMax;
        }
    }

    /// One function's share of the threads.
    public final class Lane implements AutoCloseable {
        private final TenantName tenant;
        private final Party party;
        private final Deque<Task> queue = new ArrayDeque<>();
        private int running;
        private int concurrency;

        private Lane(TenantName tenant, Party party) {
            this.tenant = tenant;
            this.party = party;
        }

        /// The function is gone; what runs and waits goes on.
        @Override
        public void close() {
            lock.lock();
            try {
                party.lanes--;
                if (party.lanes == 0) {
                    parties.remove(tenant, party);
                }
            } finally {
                lock.unlock();
            }
        }

        /// Runs the task on a guest thread, now or when it is this lane's turn.
        ///
        /// @param concurrencyMax tasks of this lane that run at once
        Admission submit(Task task, int concurrencyMax) {
            lock.lock();
            try {
                concurrency = concurrencyMax;
                if (GuestThreads.this.running < threadsMax
                        && running < concurrencyMax
                        && !party.isFull()) {
                    start(this);
                } else if (queue.size() < queuedPerLaneMax) {
                    queue.addLast(task);
                    if (queue.size() == 1) {
                        queueUp(this);
                    }
                    return Admission.WAITS;
                } else {
                    return Admission.REFUSED;
                }
            } finally {
                lock.unlock();
            }
            begin(new Turn(this, task));
            return Admission.RUNS;
        }

        /// Takes a task that still waits out of the queue; it will not run. Returns false when it
        /// doesn't wait, or no longer.
        boolean remove(Task task) {
            lock.lock();
            try {
                boolean waited = queue.remove(task);
                if (waited && queue.isEmpty()) {
                    party.waiting.remove(this);
                    if (party.waiting.isEmpty()) {
                        waiting.remove(party);
                    }
                }
                return waited;
            } finally {
                lock.unlock();
            }
        }
    }

    /// A lane for a function of this tenant.
    public Lane lane(TenantName tenant) {
        lock.lock();
        try {
            var party =
                    parties.computeIfAbsent(
                            tenant, _ -> new Party(concurrencies.getOrDefault(tenant, UNLIMITED)));
            party.lanes++;
            return new Lane(tenant, party);
        } finally {
            lock.unlock();
        }
    }

    /// From now on no more than so many guests of each of these tenants run at once; of tenants
    /// that aren't named as many as may. What runs beyond it ends first.
    public void limit(Map<TenantName, Integer> concurrencyMax) {
        lock.lock();
        try {
            concurrencies = Map.copyOf(concurrencyMax);
            parties.forEach(
                    (tenant, party) ->
                            party.concurrencyMax = concurrencies.getOrDefault(tenant, UNLIMITED));
        } finally {
            lock.unlock();
        }
    }

    private void queueUp(Lane lane) {
        lane.party.waiting.addLast(lane);
        if (lane.party.waiting.size() == 1) {
            waiting.addLast(lane.party);
        }
    }

    private static void ended(Thread thread, Throwable why) {
        if (!(why instanceof Spent)) {
            LOG.error("{} ended", thread.getName(), why);
        }
    }

    /// Guests that run now.
    public int running() {
        lock.lock();
        try {
            return running;
        } finally {
            lock.unlock();
        }
    }

    /// Requests that wait for a thread now.
    public int queued() {
        lock.lock();
        try {
            return waiting.stream()
                    .flatMap(party -> party.waiting.stream())
                    .mapToInt(lane -> lane.queue.size())
                    .sum();
        } finally {
            lock.unlock();
        }
    }

    private void start(Lane lane) {
        running++;
        lane.running++;
        lane.party.running++;
    }

    private void work(Turn first) {
        Turn turn = first;
        while (turn != null) {
            After after = run(turn.task);
            turn = next(turn.lane);
            if (after == After.SPENT) {
                if (turn != null) {
                    handOn(turn);
                }
                Fresh.HERE_IS_SPENT.set(true);
                throw new Spent();
            }
        }
    }

    /// Gives the turn to another thread, which a spent one must not make itself: a thread inherits
    /// the priority of the one that makes it.
    private void handOn(Turn turn) {
        starter.execute(
                () -> {
                    try {
                        begin(turn);
                    } catch (RejectedExecutionException e) {
                        // these are closed: what waits is finished here
                        work(turn);
                    }
                });
    }

    private static After run(Task task) {
        try {
            return task.run();
        } catch (RuntimeException | Error fault) {
            // whatever it was, the place that it had is others' again
            LOG.error("a guest's task failed", fault);
            return After.SPENT;
        }
    }

    private void begin(Turn turn) {
        threads.execute(() -> work(turn));
    }

    /// How a thread leaves its pool, which knows no other way.
    private static final class Spent extends RuntimeException {
        private static final long serialVersionUID = 1;

        Spent() {
            super("this thread is spent", null, false, false);
        }
    }

    private record Turn(Lane lane, Task task) {}

    /// Ends a turn of this lane and begins the next: of the tenant that has waited longest and may
    /// run, and of its lanes likewise.
    private @Nullable Turn next(Lane ended) {
        lock.lock();
        try {
            running--;
            ended.running--;
            ended.party.running--;
            for (int i = waiting.size(); i > 0; i--) {
                Party party = waiting.removeFirst();
                Turn turn = party.isFull() ? null : next(party);
                if (!party.waiting.isEmpty()) {
                    waiting.addLast(party);
                }
                if (turn != null) {
                    return turn;
                }
            }
            return null;
        } finally {
            lock.unlock();
        }
    }

    private @Nullable Turn next(Party party) {
        for (int i = party.waiting.size(); i > 0; i--) {
            Lane lane = party.waiting.removeFirst();
            if (lane.running < lane.concurrency) {
                Task task = lane.queue.removeFirst();
                if (!lane.queue.isEmpty()) {
                    party.waiting.addLast(lane);
                }
                start(lane);
                return new Turn(lane, task);
            }
            party.waiting.addLast(lane);
        }
        return null;
    }

    @Override
    public void close() {
        threads.shutdown();
        // whoever still runs may have a turn to hand on
        starter.allowCoreThreadTimeOut(true);
    }
}

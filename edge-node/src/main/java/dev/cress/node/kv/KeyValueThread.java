package dev.cress.node.kv;

import dev.cress.wasm.guest.KeyValueStore.StoreException;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/// The one thread that touches the stores' file, and the bounded queue before it. What waits is
/// done in one transaction: what took a batch is answered once it is durable.
final class KeyValueThread implements AutoCloseable {
    /// Calls that may wait.
    static final int QUEUE_MAX = 1_024;

    /// Calls that one transaction does at most.
    private static final int BATCH_MAX = 64;

    private static final Logger LOG = LoggerFactory.getLogger(KeyValueThread.class);
    private static final Duration LOOK_EVERY = Duration.ofMillis(200);
    private static final Duration CLOSE_WAIT = Duration.ofSeconds(10);

    private final BlockingQueue<Task<?>> queue = new ArrayBlockingQueue<>(QUEUE_MAX);
    private final Transaction transaction;
    private final Thread thread;
    private volatile boolean closed;

    /// One call's work.
    interface Work<T> {
        T run() throws SQLException, StoreException;
    }

    /// What is around the work of one batch.
    interface Transaction {
        void begin() throws SQLException;

        void commit() throws SQLException;

        void rollback() throws SQLException;
    }

    private static final class Task<T> {
        private final Work<T> work;
        private final CompletableFuture<T> answer = new CompletableFuture<>();
        private Runnable done = () -> {};

        Task(Work<T> work) {
            this.work = work;
        }

        void run() throws SQLException {
            try {
                T value = work.run();
                done = () -> answer.complete(value);
            } catch (StoreException refused) {
                done = () -> answer.completeExceptionally(refused);
            }
        }

        void fail(String why) {
            answer.completeExceptionally(new StoreException(why, false));
        }
    }

    KeyValueThread(Transaction transaction) {
        this.transaction = transaction;
        this.thread = Thread.ofPlatform().name("cress-key-value").daemon().unstarted(this::runAll);
        thread.start();
    }

    /// Does the work soon, unless too much waits.
    <T> CompletableFuture<T> run(Work<T> work) {
        var task = new Task<>(work);
        if (closed) {
            task.fail("the node is closing");
        } else if (!queue.offer(task)) {
            task.fail("%d calls wait for the stores, no more may".formatted(QUEUE_MAX));
        }
        return task.answer;
    }

    private void runAll() {
        var batch = new ArrayList<Task<?>>(BATCH_MAX);
        while (!closed || !queue.isEmpty()) {
            try {
                Task<?> first = queue.poll(LOOK_EVERY.toMillis(), TimeUnit.MILLISECONDS);
                if (first != null) {
                    batch.add(first);
                    queue.drainTo(batch, BATCH_MAX - 1);
                    run(batch);
                }
            } catch (InterruptedException e) {
                closed = true;
            } finally {
                batch.clear();
            }
        }
        for (Task<?> late = queue.poll(); late != null; late = queue.poll()) {
            late.fail("the node is closing");
        }
    }

    private void run(List<Task<?>> batch) {
        try {
            transaction.begin();
            for (Task<?> task : batch) {
                task.run();
            }
            transaction.commit();
            batch.forEach(task -> task.done.run());
        } catch (SQLException | RuntimeException e) {
            LOG.warn("the key-value stores failed: {}", e.toString());
            undo(e);
            batch.forEach(task -> task.fail("the stores failed: " + e.getMessage()));
        }
    }

    private void undo(Exception why) {
        try {
            transaction.rollback();
        } catch (SQLException e) {
            // SQLite has already undone it after some errors, a full disk among them
            why.addSuppressed(e);
        }
    }

    /// Finishes what was accepted.
    @Override
    public void close() {
        closed = true;
        try {
            if (!thread.join(CLOSE_WAIT)) {
                LOG.warn("the key-value stores did not finish within {}", CLOSE_WAIT);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

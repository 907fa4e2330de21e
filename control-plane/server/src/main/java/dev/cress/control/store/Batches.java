package dev.cress.control.store;

import io.vertx.core.Future;
import io.vertx.core.Promise;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.function.Function;

/// Group commit. Changes that wait are made in one transaction, each behind a savepoint of its own:
/// one that is refused leaves the others alone, and one sync of the disk makes all of them durable.
/// The transaction locks the log's head before anything else. May be called from any thread; the
/// store's thread does the work.
final class Batches {
    /// Changes in one transaction.
    static final int BATCH_MAX = 50;

    private final StoreThread thread;
    private final Database database;
    private final Tail tail;
    private final String server;
    private final ArrayBlockingQueue<Pending<?>> waiting =
            new ArrayBlockingQueue<>(StoreThread.QUEUE_MAX);

    /// @param server this one's id
    Batches(StoreThread thread, Database database, Tail tail, String server) {
        this.thread = thread;
        this.database = database;
        this.tail = tail;
        this.server = server;
    }

    /// A change that waits, and how it went in the attempt at hand.
    private static final class Pending<T> {
        private final Function<Tables, T> change;
        private final Promise<T> promise = Promise.promise();
        private @Nullable T value;
        private @Nullable RuntimeException failure;

        private Pending(Function<Tables, T> change) {
            this.change = change;
        }

        private void make(Tables tables) {
            failure = null;
            value = change.apply(tables);
        }

        private void answer() {
            if (failure == null) {
                promise.complete(value);
            } else {
                promise.fail(failure);
            }
        }
    }

    /// Makes the change together with others. It may run more than once, and must have no effect
    /// but on the tables.
    <T> Future<T> submit(Function<Tables, T> change) {
        var pending = new Pending<>(change);
        if (!waiting.offer(pending)) {
            return Future.failedFuture(StoreThread.busy(waiting.size()));
        }
        thread.run(this::commitSome)
                .onFailure(
                        e -> {
                            if (waiting.remove(pending)) {
                                pending.promise.fail(e);
                            }
                        });
        return pending.promise.future();
    }

    private int commitSome() {
        var batch = new ArrayList<Pending<?>>();
        waiting.drainTo(batch, BATCH_MAX);
        if (batch.isEmpty()) {
            return 0;
        }
        try {
            Tail.Heard heard = database.write(transaction -> make(Tables.in(transaction), batch));
            tail.take(heard);
            thread.onLoop(() -> batch.forEach(Pending::answer));
        } catch (RuntimeException | Error e) {
            thread.onLoop(() -> batch.forEach(pending -> pending.promise.fail(e)));
        }
        return batch.size();
    }

    private Tail.Heard make(Tables tables, List<Pending<?>> batch) {
        tables.log().lock();
        if (batch.size() == 1) {
            batch.getFirst().make(tables);
        } else {
            batch.forEach(pending -> makeAlone(tables.transaction(), tables, pending));
        }
        if (batch.stream().anyMatch(pending -> pending.failure == null)) {
            // One for the whole batch: an announcement costs as much as a commit.
            tables.transaction().dialect().announce(tables.transaction(), server);
        }
        return tail.read(tables);
    }

    private static void makeAlone(Transaction transaction, Tables tables, Pending<?> pending) {
        transaction.execute("SAVEPOINT change");
        try {
            pending.make(tables);
        } catch (RuntimeException e) {
            if (e instanceof StoreException fault && fault.kind() == StoreException.Kind.AWAY) {
                throw fault;
            }
            transaction.execute("ROLLBACK TO SAVEPOINT change");
            pending.failure = e;
        }
        transaction.execute("RELEASE SAVEPOINT change");
    }
}

package dev.cress.control.store;

import io.vertx.core.Future;

import java.time.Duration;

/// Takes old revisions out of the log: what they amount to stands in the other tables, and a node
/// that is further behind gets that. One server at a time does it, under a lease; each step is a
/// transaction of its own, so that nobody waits long.
final class Retention {
    /// How long a revision stays in the log.
    static final Duration LOG_KEPT = Duration.ofDays(7);

    /// Revisions that are taken out in one transaction.
    static final int STEP = 1_000;

    /// Longer than a step takes by far: a server that stands still for as long has lost it.
    private static final Duration LEASE = Duration.ofMinutes(1);

    private static final String NAME = "log-retention";

    private final Store store;

    Retention(Store store) {
        this.store = store;
    }

    /// Takes out what is older than this, if no other server is at it.
    ///
    /// @return how many revisions went
    Future<Integer> trim(Duration kept) {
        return store.acquire(NAME, LEASE)
                .compose(
                        lease ->
                                lease.map(
                                                held ->
                                                        steps(held, kept, 0)
                                                                .eventually(
                                                                        () -> store.release(held)))
                                        .orElse(Future.succeededFuture(0)));
    }

    private Future<Integer> steps(Lease lease, Duration kept, int gone) {
        return store.under(lease, tables -> tables.log().trim(kept, STEP))
                .compose(
                        count ->
                                count < STEP
                                        ? Future.succeededFuture(gone + count)
                                        : store.renew(lease, LEASE)
                                                .compose(
                                                        renewed ->
                                                                steps(
                                                                        renewed.orElse(lease),
                                                                        kept,
                                                                        gone + count)));
    }
}

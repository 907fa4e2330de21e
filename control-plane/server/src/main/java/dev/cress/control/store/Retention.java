package dev.cress.control.store;

import io.vertx.core.Future;

import java.time.Duration;
import java.util.function.Function;

/// Takes old revisions out of the log: what they amount to stands in the other tables, and a node
/// that is further behind gets that. The same for the audit log. One server at a time does it,
/// under a lease; each step is a transaction of its own, so that nobody waits long.
final class Retention {
    /// How long a revision stays in the log.
    static final Duration LOG_KEPT = Duration.ofDays(7);

    /// How long an entry stays in the audit log; the database refuses to let it go before.
    static final Duration AUDIT_KEPT = Duration.ofDays(90);

    /// How long what requests of a rollout came to stays after the last of them.
    static final Duration OUTCOMES_KEPT = Duration.ofDays(1);

    /// Revisions or entries that are taken out in one transaction.
    static final int STEP = 1_000;

    /// Longer than a step takes by far: a server that stands still for as long has lost it.
    private static final Duration LEASE = Duration.ofMinutes(1);

    private static final String NAME = "log-retention";
    private static final String AUDIT_NAME = "audit-retention";
    private static final String OUTCOMES_NAME = "outcome-retention";

    private final Store store;

    Retention(Store store) {
        this.store = store;
    }

    /// Takes out what is older than this, if no other server is at it.
    ///
    /// @return how many revisions went
    Future<Integer> trim(Duration kept) {
        return trim(NAME, tables -> tables.log().trim(kept, STEP));
    }

    /// The same for entries of the audit log.
    Future<Integer> trimAudit(Duration kept) {
        return trim(AUDIT_NAME, tables -> tables.audit().trim(kept, STEP));
    }

    /// The same for what requests of rollouts came to.
    Future<Integer> trimOutcomes(Duration kept) {
        return trim(OUTCOMES_NAME, tables -> tables.rollouts().trim(kept, STEP));
    }

    private Future<Integer> trim(String name, Function<Tables, Integer> step) {
        return store.acquire(name, LEASE)
                .compose(
                        lease ->
                                lease.map(
                                                held ->
                                                        steps(held, step, 0)
                                                                .eventually(
                                                                        () -> store.release(held)))
                                        .orElse(Future.succeededFuture(0)));
    }

    private Future<Integer> steps(Lease lease, Function<Tables, Integer> step, int gone) {
        return store.under(lease, step)
                .compose(
                        count ->
                                count < STEP
                                        ? Future.succeededFuture(gone + count)
                                        : store.renew(lease, LEASE)
                                                .compose(
                                                        renewed ->
                                                                steps(
                                                                        renewed.orElse(lease),
                                                                        step,
                                                                        gone + count)));
    }
}

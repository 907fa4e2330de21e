package dev.cress.control.store;

import java.time.Duration;
import java.util.Optional;

/// Who does what only one server may do at a time. Only the database's clock counts: a server whose
/// own clock is wrong, or that stood still, can't keep what it lost. Lives as long as one
/// transaction.
final class Leases {
    private final Transaction transaction;
    private final String now;

    Leases(Transaction transaction) {
        this.transaction = transaction;
        now = transaction.dialect().nowMs();
    }

    /// Takes the lease if nobody else has it. A holder that takes it anew has another token.
    Optional<Lease> acquire(String name, String holder, Duration time) {
        transaction.update(
                """
                INSERT INTO lease (name, holder, token, expires_ms) VALUES (?, '', 0, 0)
                ON CONFLICT (name) DO NOTHING\
                """,
                name);
        int taken =
                transaction.update(
                        """
                        UPDATE lease SET holder = ?, token = token + 1, expires_ms = %s + ?
                        WHERE name = ? AND (holder = ? OR expires_ms <= %s)\
                        """
                                .formatted(now, now),
                        holder,
                        time.toMillis(),
                        name,
                        holder);
        return taken == 0 ? Optional.empty() : find(name);
    }

    private Optional<Lease> find(String name) {
        return transaction.first(
                "SELECT holder, token, expires_ms FROM lease WHERE name = ?",
                row -> new Lease(name, row.getString(1), row.getLong(2), row.getLong(3)),
                name);
    }

    /// Has the lease last for this long from now, if it hasn't run out.
    Optional<Lease> renew(Lease lease, Duration time) {
        int renewed =
                transaction.update(
                        """
                        UPDATE lease SET expires_ms = %s + ?
                        WHERE name = ? AND token = ? AND expires_ms > %s\
                        """
                                .formatted(now, now),
                        time.toMillis(),
                        lease.name(),
                        lease.token());
        return renewed == 0 ? Optional.empty() : find(lease.name());
    }

    /// Lets others have it; nothing if it is another's by now.
    void release(Lease lease) {
        transaction.update(
                "UPDATE lease SET holder = '', expires_ms = 0 WHERE name = ? AND token = ?",
                lease.name(),
                lease.token());
    }

    /// Goes on only if the lease is held, and keeps others from taking it until this transaction
    /// ends.
    void require(Lease lease) {
        boolean held =
                transaction
                        .first(
                                """
                                SELECT token FROM lease
                                WHERE name = ? AND token = ? AND expires_ms > %s%s\
                                """
                                        .formatted(now, transaction.dialect().forUpdate()),
                                row -> row.getLong(1),
                                lease.name(),
                                lease.token())
                        .isPresent();
        if (!held) {
            throw new StoreException(
                    StoreException.Kind.FENCED,
                    "lease %d of %s ran out: nothing more may be done under it"
                            .formatted(lease.token(), lease.name()));
        }
    }
}

package dev.cress.control.store;

import dev.cress.contract.Api.AuditEntry;
import dev.cress.contract.TenantName;

import org.jspecify.annotations.Nullable;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;

/// Who did what, and who was refused what. Appended to in the transaction that makes the change, as
/// its last step: the next number is locked until it commits, so that numbers rise as transactions
/// commit and whoever follows misses none. The database itself refuses to change entries. Lives as
/// long as one transaction.
final class AuditLog {
    /// The outcome of a change.
    static final String DONE = "done";

    private final Transaction transaction;
    private final Heads heads;

    AuditLog(Transaction transaction, Heads heads) {
        this.transaction = transaction;
        this.heads = heads;
    }

    /// @param outcome [#DONE], or why not
    /// @param revision that it made, or 0
    /// @param count attempts that the entry stands for
    void append(Actor who, String outcome, long revision, long count) {
        transaction.update(
                """
                INSERT INTO audit (id, at_ms, token, token_name, tenant, operation, thing,
                  outcome, revision, request, address, count)
                VALUES (?, %s, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)\
                """
                        .formatted(transaction.dialect().nowMs()),
                heads.advance(Heads.Side.AUDIT),
                who.token(),
                who.tokenName(),
                who.tenant(),
                who.operation(),
                who.thing(),
                outcome,
                revision,
                who.request(),
                who.address(),
                count);
    }

    /// Those with smaller numbers, newest first.
    ///
    /// @param tenant about whose things, or null for everybody's and the fleet's
    List<AuditEntry> list(@Nullable TenantName tenant, long before, int count) {
        String whose = tenant == null ? "" : tenant.value();
        return transaction.list(
                """
                SELECT id, at_ms, token, token_name, tenant, operation, thing, outcome, revision,
                  request, address, count FROM audit
                WHERE id < ? AND (? = '' OR tenant = ?) ORDER BY id DESC LIMIT ?\
                """,
                AuditLog::read,
                before,
                whose,
                whose,
                count);
    }

    private static AuditEntry read(ResultSet row) throws SQLException {
        String tenant = row.getString(5);
        return new AuditEntry(
                row.getLong(1),
                row.getLong(2),
                row.getString(3),
                row.getString(4),
                tenant.isEmpty() ? null : new TenantName(tenant),
                row.getString(6),
                row.getString(7),
                row.getString(8),
                row.getLong(9),
                row.getString(10),
                row.getString(11),
                row.getLong(12));
    }

    /// Takes the oldest entries out, so many at most, if they are older than this.
    ///
    /// @return how many went
    int trim(Duration kept, int most) {
        return transaction.update(
                """
                DELETE FROM audit WHERE id IN (
                  SELECT id FROM audit WHERE at_ms < %s - ? ORDER BY at_ms LIMIT ?)\
                """
                        .formatted(transaction.dialect().nowMs()),
                kept.toMillis(),
                most);
    }
}

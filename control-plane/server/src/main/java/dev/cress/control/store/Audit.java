package dev.cress.control.store;

import dev.cress.contract.Api.AuditEntry;
import dev.cress.contract.TenantName;

import io.vertx.core.Future;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// The audit log, for who reads it, and for what was refused. May be called from any thread.
public final class Audit {
    private final Store store;

    Audit(Store store) {
        this.store = store;
    }

    /// An attempt that came to nothing.
    ///
    /// @param outcome why
    /// @param count of how many it stands for
    public record Refused(Actor who, String outcome, long count) {}

    /// Those with smaller numbers, newest first.
    ///
    /// @param tenant about whose things, or null for everybody's and the fleet's
    public Future<List<AuditEntry>> list(@Nullable TenantName tenant, long before, int count) {
        return store.read(tables -> tables.audit().list(tenant, before, count));
    }

    /// Adds attempts that were refused.
    public Future<Void> add(List<Refused> refused) {
        return store.aside(
                        tables -> {
                            for (Refused one : refused) {
                                tables.audit().append(one.who, one.outcome, 0, one.count);
                            }
                            return refused;
                        })
                .mapEmpty();
    }
}

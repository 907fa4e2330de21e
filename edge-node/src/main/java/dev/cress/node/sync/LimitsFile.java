package dev.cress.node.sync;

import dev.cress.contract.ControlFrame.Limits;
import dev.cress.contract.NodeFrame.Demand;
import dev.cress.node.serve.TenantLimits;
import dev.cress.node.state.NodeStore;

import io.vertx.core.Vertx;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

/// Tenants' limits between the control plane, the requests and the disk: what was told last holds
/// without the control plane, also after a restart, but for what came in the last
/// [#WRITTEN_EVERY]. Thread-safe.
public final class LimitsFile {
    /// Shares change every second; the disk needs the last ones only.
    static final Duration WRITTEN_EVERY = Duration.ofSeconds(10);

    private static final Logger LOG = LoggerFactory.getLogger(LimitsFile.class);

    private final Vertx vertx;
    private final NodeStore store;
    private final TenantLimits limits;
    private final AtomicBoolean scheduled = new AtomicBoolean();

    /// Begins with what the disk says.
    public LimitsFile(Vertx vertx, NodeStore store, TenantLimits limits) {
        this.vertx = vertx;
        this.store = store;
        this.limits = limits;
        try {
            store.limits().ifPresent(limits::take);
        } catch (IOException e) {
            LOG.warn("tenants' limits can't be read and will be told again: {}", e.toString());
        }
    }

    void take(Limits told) {
        limits.take(told);
        if (scheduled.compareAndSet(false, true)) {
            vertx.setTimer(WRITTEN_EVERY.toMillis(), _ -> write());
        }
    }

    private void write() {
        scheduled.set(false);
        vertx.executeBlocking(
                        () -> {
                            store.limits(limits.told());
                            return store;
                        })
                .onFailure(e -> LOG.warn("tenants' limits can't be kept: {}", e.toString()));
    }

    Demand takeDemand() {
        return limits.takeDemand();
    }
}

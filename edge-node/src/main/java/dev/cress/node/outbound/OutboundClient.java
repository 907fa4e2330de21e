package dev.cress.node.outbound;

import dev.cress.node.config.OutboundConfig;
import dev.cress.node.config.OutboundConfig.OutboundLimits;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;

import java.net.URI;
import java.util.List;
import java.util.function.IntPredicate;

/// What all requests of a node's guests to other hosts share: names, connections, and how many may
/// be under way. Thread-safe.
public final class OutboundClient implements AutoCloseable {
    private final OutboundLimits limits;
    private final AddressGuard guard;
    private final Connections connections;
    private final Admission admission;

    /// @param reserved URLs that no guest reaches, whatever is allowed: the control plane's
    /// @param ownPort whether the node itself serves at this port
    public OutboundClient(
            Vertx vertx,
            OutboundConfig config,
            List<URI> reserved,
            IntPredicate ownPort,
            MeterRegistry registry) {
        this(vertx, config, new ResolvedNames(vertx), reserved, ownPort);
        Gauge.builder("cress.outbound.in.flight", admission, Admission::underWay)
                .description("Requests of guests to other hosts that are under way")
                .register(registry);
        Gauge.builder("cress.outbound.connections", connections, Connections::open)
                .description("Connections to other hosts, with those that wait for a request")
                .register(registry);
    }

    OutboundClient(
            Vertx vertx,
            OutboundConfig config,
            Names names,
            List<URI> reserved,
            IntPredicate ownPort) {
        this.limits = config.limits();
        this.guard = new AddressGuard(names, config.allowed(), reserved, ownPort);
        this.connections = new Connections(vertx, config);
        this.admission = new Admission(limits);
    }

    /// What one run may send. Closed when the run is over.
    public RunOutbound of(Asking asking) {
        return new RunOutbound(this, asking);
    }

    OutboundLimits limits() {
        return limits;
    }

    AddressGuard guard() {
        return guard;
    }

    Connections connections() {
        return connections;
    }

    Admission admission() {
        return admission;
    }

    @Override
    public void close() {
        connections.close();
    }
}

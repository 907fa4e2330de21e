package dev.cress.router;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;

import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.LongStream;

/// What the router counts. Meters are looked up once per set of labels: a request costs a few map
/// reads. Labels come from the directory, from enums and, bounded, from nodes: never from clients.
final class RouterMetrics {
    private static final int FUNCTIONS_MAX = 1_000;
    private static final int FUNCTION_LENGTH_MAX = 128;
    private static final String OTHER = "other";
    private static final String NONE = "none";
    private static final Duration[] LATENCIES =
            LongStream.of(1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 5_000, 30_000)
                    .mapToObj(Duration::ofMillis)
                    .toArray(Duration[]::new);

    private final PrometheusMeterRegistry registry =
            new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final Map<RequestLabels, Counter> requests = new ConcurrentHashMap<>();
    private final Map<FunctionLabels, Counter> functions = new ConcurrentHashMap<>();
    private final Map<String, String> functionNames = new ConcurrentHashMap<>();
    private final Map<NodeLabels, Timer> upstream = new ConcurrentHashMap<>();
    private final Timer decision;
    private final Counter retries;
    private final Counter retriesDenied;

    private record RequestLabels(String node, String region, String status, Outcome outcome) {}

    private record NodeLabels(String node, String region) {}

    private record FunctionLabels(String function, String status) {}

    RouterMetrics(Supplier<FleetView> fleet, BooleanSupplier controlConnected) {
        decision =
                Timer.builder("cress.router.decision")
                        .description("Locating a client and ranking the nodes for it")
                        .publishPercentiles(0.5, 0.99)
                        .register(registry);
        retries =
                Counter.builder("cress.router.retries")
                        .description("Requests offered to a further node")
                        .register(registry);
        retriesDenied =
                Counter.builder("cress.router.retries.denied")
                        .description("Retries that were not in the budget")
                        .register(registry);
        for (Tier tier : Tier.values()) {
            // a gauge holds what it reads only weakly, and nobody else holds these
            Gauge.builder("cress.router.nodes", fleet, f -> f.get().count(tier))
                    .strongReference(true)
                    .description("Nodes of the directory, by how willing they look")
                    .tag("state", tier.name().toLowerCase(Locale.ROOT))
                    .register(registry);
        }
        Gauge.builder(
                        "cress.router.control.connected",
                        controlConnected,
                        c -> c.getAsBoolean() ? 1 : 0)
                .strongReference(true)
                .description("Whether the session to the control plane stands")
                .register(registry);
    }

    void decided(long ns) {
        decision.record(Duration.ofNanos(ns));
    }

    void retried() {
        retries.increment();
    }

    void retryDenied() {
        retriesDenied.increment();
    }

    /// From sending a request to the head of its answer.
    void answered(Node node, long ns) {
        upstream.computeIfAbsent(
                        new NodeLabels(node.name(), node.info().region()),
                        l ->
                                Timer.builder("cress.router.upstream")
                                        .description("From the request to the answer's head")
                                        .tag("node", l.node())
                                        .tag("region", l.region())
                                        .serviceLevelObjectives(LATENCIES)
                                        .register(registry))
                .record(Duration.ofNanos(ns));
    }

    /// @param node who answered, if anyone did
    /// @param status 0 when the client heard none
    void finished(Optional<Node> node, int status, Outcome outcome) {
        var labels =
                new RequestLabels(
                        node.map(Node::name).orElse(NONE),
                        node.map(n -> n.info().region()).orElse(NONE),
                        statusClass(status),
                        outcome);
        requests.computeIfAbsent(
                        labels,
                        l ->
                                Counter.builder("cress.router.requests")
                                        .description("Requests by the node that answered")
                                        .tag("node", l.node())
                                        .tag("region", l.region())
                                        .tag("status", l.status())
                                        .tag("outcome", l.outcome().label())
                                        .register(registry))
                .increment();
    }

    /// A node named the function that answered.
    void function(String name, int status) {
        functions
                .computeIfAbsent(
                        new FunctionLabels(bounded(name), statusClass(status)),
                        l ->
                                Counter.builder("cress.router.function.requests")
                                        .description("Answered requests by function")
                                        .tag("function", l.function())
                                        .tag("status", l.status())
                                        .register(registry))
                .increment();
    }

    /// The text of `/metrics`.
    String scrape() {
        return registry.scrape();
    }

    private String bounded(String name) {
        String known = functionNames.get(name);
        if (known != null) {
            return known;
        }
        if (functionNames.size() >= FUNCTIONS_MAX || name.length() > FUNCTION_LENGTH_MAX) {
            return OTHER;
        }
        functionNames.put(name, name);
        return name;
    }

    private static String statusClass(int status) {
        return status == 0 ? NONE : status / 100 + "xx";
    }
}

package dev.cress.node.serve;

import dev.cress.contract.FunctionName;
import dev.cress.contract.LogEntry;
import dev.cress.contract.TenantName;
import dev.cress.wasm.guest.RunResult;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;

/// What goes on in one function on this node: its lane of threads, its meters and its log. It
/// outlives deployments and ends with the function. Thread-safe.
public final class FunctionActivity implements AutoCloseable {
    private static final Duration SHORT_GUEST = Duration.ofNanos(100_000);

    private final MeterRegistry registry;
    private final FunctionName name;
    private final TenantName tenant;
    private final GuestThreads.Lane lane;
    private final FunctionLog log = new FunctionLog(System::nanoTime, this::countDropped);
    private final FunctionTallies tallies = new FunctionTallies(System::nanoTime);
    private final Timer isolateStart;
    private final Timer guestTime;
    private final Timer cpuTime;
    private final ConcurrentHashMap<String, Counter> requests = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<String, Timer> outbound = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<String, Counter> dropped = new ConcurrentHashMap<>();

    public FunctionActivity(FunctionName name, GuestThreads.Lane lane, MeterRegistry registry) {
        this.name = name;
        this.tenant = name.tenant();
        this.lane = lane;
        this.registry = registry;
        this.isolateStart =
                timer(
                        "cress.isolate.start",
                        "From having the task to the guest's first instruction",
                        Duration.ofNanos(1_000));
        this.guestTime =
                timer(
                        "cress.guest.time",
                        "From the guest's first instruction to its end",
                        SHORT_GUEST);
        this.cpuTime = timer("cress.guest.cpu", "CPU time of guests", SHORT_GUEST);
    }

    /// Few buckets, each ten times the one before: there are three such timers per function.
    private Timer timer(String metric, String description, Duration smallest) {
        Duration[] buckets = new Duration[6];
        Arrays.setAll(buckets, i -> smallest.multipliedBy((long) Math.pow(10, i)));
        return Timer.builder(metric)
                .description(description)
                .tags(Tags.of("function", name.value()))
                .serviceLevelObjectives(buckets)
                .register(registry);
    }

    TenantName tenant() {
        return tenant;
    }

    GuestThreads.Lane lane() {
        return lane;
    }

    public FunctionLog log() {
        return log;
    }

    /// What became of requests, by version.
    FunctionTallies tallies() {
        return tallies;
    }

    /// One request is over.
    void count(int status, String outcome) {
        String statusClass = status / 100 + "xx";
        requests.computeIfAbsent(
                        outcome + " " + statusClass,
                        _ ->
                                Counter.builder("cress.requests")
                                        .description(
                                                "Requests by function, outcome and class of status")
                                        .tags(
                                                Tags.of(
                                                        "function", name.value(),
                                                        "outcome", outcome,
                                                        "status", statusClass))
                                        .register(registry))
                .increment();
    }

    /// One request to another host is over.
    void countOutbound(String outcome, Duration time) {
        outbound.computeIfAbsent(
                        outcome,
                        _ ->
                                Timer.builder("cress.outbound.requests")
                                        .description(
                                                "Requests of guests to other hosts, from their"
                                                        + " begin to their end, by function and"
                                                        + " outcome")
                                        .tags(Tags.of("function", name.value(), "outcome", outcome))
                                        .register(registry))
                .record(time);
    }

    private void countDropped(int entries, int lines) {
        dropped("request").increment(entries);
        dropped("line").increment(lines);
    }

    private Counter dropped(String what) {
        return dropped.computeIfAbsent(
                what,
                _ ->
                        Counter.builder("cress.log.dropped")
                                .description(
                                        "What functions logged faster than they may, by function"
                                                + " and whether it was a whole request or a line")
                                .tags(Tags.of("function", name.value(), "what", what))
                                .register(registry));
    }

    void record(RunResult result) {
        isolateStart.record(Duration.ofNanos(result.isolateStartNanos()));
        guestTime.record(Duration.ofNanos(result.guestNanos()));
        cpuTime.record(Duration.ofNanos(result.cpuNanos()));
    }

    void add(LogEntry entry) {
        log.add(entry);
    }

    /// Takes the function's meters out of the registry.
    @Override
    public void close() {
        lane.close();
        List<Meter> meters = new ArrayList<>(requests.values());
        meters.addAll(outbound.values());
        meters.addAll(dropped.values());
        meters.addAll(List.of(isolateStart, guestTime, cpuTime));
        meters.forEach(registry::remove);
    }
}

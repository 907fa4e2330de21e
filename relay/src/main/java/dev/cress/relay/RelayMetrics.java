package dev.cress.relay;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;

import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;

/// What a relay counts. Thread-safe.
final class RelayMetrics {
    private final PrometheusMeterRegistry registry =
            new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final Counter said = counter("node.frames", "Frames that nodes sent");
    private final Counter came = counter("control.messages", "Messages for nodes that came");
    private final Counter cameChars =
            counter("control.characters", "Characters of messages for nodes that came");
    private final Counter sent = counter("sent.messages", "Messages that nodes were sent");
    private final Counter hits =
            counter("blob.hits", "Modules and archives asked for, and there or under way");
    private final Counter misses =
            counter("blob.misses", "Modules and archives asked for, and fetched first");
    private final Counter fetchedBytes = counter("blob.fetched.bytes", "Bytes that were fetched");
    private final Counter servedBytes = counter("blob.served.bytes", "Bytes that nodes were given");
    private final Counter forged =
            counter("blob.forged", "Files that were fetched and weren't what was asked for");

    private Counter counter(String name, String description) {
        return Counter.builder("cress.relay." + name).description(description).register(registry);
    }

    void watch(BooleanSupplier connected, IntSupplier nodes, LongSupplier blobBytes) {
        Gauge.builder("cress.relay.control.connected", connected, c -> c.getAsBoolean() ? 1 : 0)
                .strongReference(true)
                .description("Whether the session to the control plane stands")
                .register(registry);
        Gauge.builder("cress.relay.nodes.connected", nodes, IntSupplier::getAsInt)
                .strongReference(true)
                .description("Nodes with a session")
                .register(registry);
        Gauge.builder("cress.relay.blob.kept.bytes", blobBytes, LongSupplier::getAsLong)
                .strongReference(true)
                .description("Bytes of modules and archives on the disk")
                .register(registry);
    }

    void said() {
        said.increment();
    }

    void came(int characters) {
        came.increment();
        cameChars.increment(characters);
    }

    void sent() {
        sent.increment();
    }

    void hit() {
        hits.increment();
    }

    void miss() {
        misses.increment();
    }

    void fetched(long bytes) {
        fetchedBytes.increment((double) bytes);
    }

    void served(long bytes) {
        servedBytes.increment((double) bytes);
    }

    void forged() {
        forged.increment();
    }

    /// The text of `/metrics`.
    String scrape() {
        return registry.scrape();
    }
}

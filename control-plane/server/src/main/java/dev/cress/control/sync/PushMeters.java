package dev.cress.control.sync;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/// What is measured of the push to nodes. Confined to the event loop.
final class PushMeters {
    private static final Logger LOG = LoggerFactory.getLogger(PushMeters.class);
    private static final int TIMED_COMMITS_MAX = 256;

    private final MeterRegistry meters;
    private final Timer pushed;
    private final Map<Long, Long> committedNs = new LinkedHashMap<>();

    PushMeters(MeterRegistry meters) {
        this.meters = meters;
        pushed =
                Timer.builder("cress.control.push")
                        .description("from a commit to a node's ack")
                        .publishPercentileHistogram()
                        .register(meters);
    }

    /// A revision goes out now.
    void committed(long revision) {
        committedNs.put(revision, System.nanoTime());
        committedNs.remove(revision - TIMED_COMMITS_MAX);
    }

    /// A node recorded it.
    void acked(long revision) {
        Long at = committedNs.get(revision);
        if (at != null) {
            pushed.record(Duration.ofNanos(System.nanoTime() - at));
        }
    }

    /// The log is another one.
    void replaced() {
        committedNs.clear();
    }

    void alarm(String node, String why) {
        LOG.error("node {} can't go on from where it stands: {}", node, why);
        Counter.builder("cress.control.alarms")
                .description("nodes that could not go on from where they stood")
                .register(meters)
                .increment();
    }

    void snapshotSent(String reason) {
        Counter.builder("cress.control.snapshots")
                .description("snapshots sent to nodes, by reason")
                .tag("reason", reason)
                .register(meters)
                .increment();
    }
}

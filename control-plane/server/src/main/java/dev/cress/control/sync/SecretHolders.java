package dev.cress.control.sync;

import dev.cress.contract.ControlFrame.Secrets.Value;
import dev.cress.contract.SecretsApi.HeldSecret;
import dev.cress.control.store.SecretKeeping;

import io.vertx.core.Vertx;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Which value each node was told, noted in the store soon after: who loses a node asks for it. At
/// most the secrets of the fleet times its nodes wait. Lives on the event loop.
final class SecretHolders {
    /// What is told within this time goes into one write.
    static final Duration COALESCED = Duration.ofMillis(20);

    /// After a write that failed.
    static final Duration RETRY_AFTER = Duration.ofSeconds(2);

    private static final Logger LOG = LoggerFactory.getLogger(SecretHolders.class);

    private final Vertx vertx;
    private final SecretKeeping store;
    private Map<String, Map<String, HeldSecret>> unwritten = new HashMap<>();
    private boolean scheduled;

    SecretHolders(Vertx vertx, SecretKeeping store) {
        this.vertx = vertx;
        this.store = store;
    }

    /// A node was sent these.
    void told(String node, List<Value> values) {
        if (values.isEmpty()) {
            return;
        }
        var held = unwritten.computeIfAbsent(node, _ -> new HashMap<>());
        for (Value value : values) {
            var secret = value.secret();
            held.put(
                    secret.tenant() + "/" + secret.name(),
                    new HeldSecret(secret.tenant(), secret.name(), value.version()));
        }
        schedule(COALESCED);
    }

    /// Writes what has waited now, before what the store is asked next.
    void flush() {
        if (!unwritten.isEmpty()) {
            write();
        }
    }

    private void schedule(Duration after) {
        if (!scheduled) {
            scheduled = true;
            vertx.setTimer(after.toMillis(), _ -> write());
        }
    }

    private void write() {
        var written = unwritten;
        unwritten = new HashMap<>();
        var told = new HashMap<String, List<HeldSecret>>();
        written.forEach((node, held) -> told.put(node, List.copyOf(held.values())));
        store.held(told)
                .onComplete(
                        _ -> next(COALESCED),
                        e -> {
                            LOG.warn("can't note who was told secrets: {}", e.getMessage());
                            written.forEach(
                                    (node, held) -> {
                                        held.putAll(unwritten.getOrDefault(node, Map.of()));
                                        unwritten.put(node, held);
                                    });
                            next(RETRY_AFTER);
                        });
    }

    private void next(Duration after) {
        scheduled = false;
        if (!unwritten.isEmpty()) {
            schedule(after);
        }
    }
}

package dev.cress.control.sync;

import dev.cress.contract.ControlFrame.Secrets.Name;
import dev.cress.contract.ControlFrame.Secrets.Value;
import dev.cress.control.store.SecretKeeping;
import dev.cress.control.store.SecretKeeping.Held;

import io.vertx.core.Vertx;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Which value each node was told and not to forget, noted in the store soon after: who loses a
/// node asks for it. At most the secrets of the fleet times its nodes wait. Lives on the event
/// loop.
final class SecretHolders {
    /// What is told within this time goes into one write.
    static final Duration COALESCED = Duration.ofMillis(20);

    /// After a write that failed.
    static final Duration RETRY_AFTER = Duration.ofSeconds(2);

    private static final Logger LOG = LoggerFactory.getLogger(SecretHolders.class);

    private final Vertx vertx;
    private final SecretKeeping store;
    private Map<String, Noted> unwritten = new HashMap<>();
    private boolean scheduled;

    /// What became of one node.
    private static final class Noted {
        private boolean whole;
        private final Map<Name, Integer> told = new HashMap<>();
        private final Set<Name> taken = new HashSet<>();

        /// Adds what came later.
        private void add(Noted later) {
            if (later.whole) {
                whole = true;
                told.clear();
                taken.clear();
            }
            told.putAll(later.told);
            taken.removeAll(later.told.keySet());
            told.keySet().removeAll(later.taken);
            taken.addAll(later.taken);
        }

        private Held held() {
            return new Held(whole, told, taken);
        }
    }

    SecretHolders(Vertx vertx, SecretKeeping store) {
        this.vertx = vertx;
        this.store = store;
    }

    /// A node was sent these, and to forget those.
    void told(String node, List<Value> values, List<Name> taken) {
        note(node, false, values, taken);
    }

    /// A node was sent these, and to forget all others.
    void whole(String node, List<Value> values) {
        note(node, true, values, List.of());
    }

    private void note(String node, boolean whole, List<Value> values, List<Name> taken) {
        var noted = new Noted();
        noted.whole = whole;
        values.forEach(value -> noted.told.put(value.secret(), value.version()));
        noted.taken.addAll(taken);
        unwritten.computeIfAbsent(node, _ -> new Noted()).add(noted);
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
        var held = new HashMap<String, Held>();
        written.forEach((node, noted) -> held.put(node, noted.held()));
        store.held(held)
                .onComplete(
                        _ -> next(COALESCED),
                        e -> {
                            LOG.warn("can't note who was told secrets: {}", e.getMessage());
                            var since = unwritten;
                            unwritten = written;
                            since.forEach(
                                    (node, noted) ->
                                            unwritten
                                                    .computeIfAbsent(node, _ -> new Noted())
                                                    .add(noted));
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

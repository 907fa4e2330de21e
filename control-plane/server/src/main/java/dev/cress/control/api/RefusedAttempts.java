package dev.cress.control.api;

import dev.cress.control.store.Actor;
import dev.cress.control.store.Audit;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Refused attempts on their way into the audit log: some of each caller's are kept, of the others
/// their number, so that who asks without end fills no disk and hides nothing. Lives on the event
/// loop.
final class RefusedAttempts {
    /// How often what waits is written.
    static final Duration WRITE_EVERY = Duration.ofSeconds(1);

    /// How long [#PER_CALLER_MAX] counts for.
    static final Duration WINDOW = Duration.ofMinutes(1);

    /// Attempts of one token, or of one address without a token, that are kept each by itself.
    static final int PER_CALLER_MAX = 10;

    /// Callers told apart within one window; the others count as one.
    static final int CALLERS_MAX = 1_000;

    private static final Logger LOG = LoggerFactory.getLogger(RefusedAttempts.class);
    private static final String OTHERS = "others";

    private final Audit audit;
    private final Map<String, Caller> callers = new HashMap<>();
    private final List<Audit.Refused> waiting = new ArrayList<>();
    private long turns;
    private boolean writing;

    RefusedAttempts(Audit audit) {
        this.audit = audit;
    }

    private static final class Caller {
        private int kept;
        private long dropped;
        private final Actor first;

        private Caller(Actor first) {
            this.first = first;
        }
    }

    /// @param code the problem's
    void add(Actor who, String code) {
        String name = who.token().isEmpty() ? "address " + who.address() : who.token();
        String key = callers.containsKey(name) || callers.size() < CALLERS_MAX ? name : OTHERS;
        var caller = callers.computeIfAbsent(key, _ -> new Caller(who));
        if (caller.kept < PER_CALLER_MAX) {
            caller.kept++;
            waiting.add(new Audit.Refused(who, code, 1));
        } else {
            caller.dropped++;
        }
    }

    /// Every [#WRITE_EVERY].
    void tick() {
        if (++turns % (WINDOW.toSeconds() / WRITE_EVERY.toSeconds()) == 0) {
            callers.values().stream()
                    .filter(caller -> caller.dropped > 0)
                    .forEach(c -> waiting.add(new Audit.Refused(c.first, "dropped", c.dropped)));
            callers.clear();
        }
        if (waiting.isEmpty() || writing) {
            return;
        }
        writing = true;
        var batch = List.copyOf(waiting);
        waiting.clear();
        audit.add(batch)
                .onComplete(
                        _ -> writing = false,
                        e -> {
                            writing = false;
                            LOG.warn(
                                    "{} refused attempts aren't in the audit log", batch.size(), e);
                        });
    }
}

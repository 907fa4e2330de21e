package dev.cress.node.sync;

import dev.cress.contract.ControlFrame;
import dev.cress.contract.LogEntry;
import dev.cress.contract.LogLevel;
import dev.cress.contract.NodeFrame;
import dev.cress.node.serve.FunctionLog;
import dev.cress.node.serve.RouteTable;
import dev.cress.node.serve.ServedFunction;

import io.vertx.core.Context;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;

/// Who follows which function's log through the control plane. A follower that is too slow loses
/// entries and hears how many. The link's event loop only.
final class LogFollowers {
    private static final Logger LOG = LoggerFactory.getLogger(LogFollowers.class);
    static final int FOLLOWERS_MAX = 100;

    private final Context context;
    private final Consumer<NodeFrame> send;
    private final BooleanSupplier congested;
    private final Supplier<RouteTable> routes;
    private final Map<String, Following> followings = new HashMap<>();

    LogFollowers(
            Context context,
            Consumer<NodeFrame> send,
            BooleanSupplier congested,
            Supplier<RouteTable> routes) {
        this.context = context;
        this.send = send;
        this.congested = congested;
        this.routes = routes;
    }

    /// One subscription to one log.
    private final class Following implements Consumer<LogEntry> {
        private final String subscription;
        private final LogLevel level;
        private final FunctionLog log;
        private long dropped;

        private Following(ControlFrame.Follow wanted, FunctionLog log) {
            this.subscription = wanted.subscription();
            this.level = wanted.level();
            this.log = log;
        }

        @Override
        public void accept(LogEntry entry) {
            entry.from(level).ifPresent(some -> context.runOnContext(_ -> pass(some)));
        }

        private void pass(LogEntry entry) {
            if (followings.get(subscription) != this) {
                return;
            }
            if (congested.getAsBoolean()) {
                dropped++;
                return;
            }
            send.accept(new NodeFrame.Logs(subscription, List.of(entry), dropped));
            dropped = 0;
        }
    }

    void follow(ControlFrame.Follow wanted) {
        Optional<ServedFunction> function = routes.get().function(wanted.function());
        function.ifPresent(f -> follow(wanted, f.activity().log()));
        send.accept(new NodeFrame.LogsSent(wanted.subscription()));
    }

    private void follow(ControlFrame.Follow wanted, FunctionLog log) {
        unfollow(wanted.subscription());
        if (followings.size() >= FOLLOWERS_MAX) {
            LOG.warn("{} follow logs already: one more is refused", FOLLOWERS_MAX);
            return;
        }
        List<LogEntry> backlog;
        if (wanted.live()) {
            var following = new Following(wanted, log);
            followings.put(wanted.subscription(), following);
            backlog = log.follow(following, wanted.backlog(), wanted.level());
        } else {
            backlog = log.recent(wanted.backlog(), wanted.level());
        }
        for (LogEntry entry : backlog) {
            send.accept(new NodeFrame.Logs(wanted.subscription(), List.of(entry), 0));
        }
    }

    void unfollow(String subscription) {
        Following following = followings.remove(subscription);
        if (following != null) {
            following.log.unfollow(following);
        }
    }

    void clear() {
        List.copyOf(followings.keySet()).forEach(this::unfollow);
    }
}

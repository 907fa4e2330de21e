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

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;

/// Who follows which function's log through the control plane. What comes faster than the link
/// takes it waits, and what is over that is lost to its own followers only, who hear how much it
/// was. The link's event loop only.
final class LogFollowers {
    private static final Logger LOG = LoggerFactory.getLogger(LogFollowers.class);
    static final int FOLLOWERS_MAX = 100;

    /// Entries of one follower that wait for a link that takes no more.
    private static final int WAITING_MAX = 100;

    /// Of those; beyond it none is added.
    private static final int WAITING_CHARACTERS_MAX = 64 * 1024;

    private final Context context;
    private final Consumer<NodeFrame> send;
    private final BooleanSupplier congested;
    private final Supplier<RouteTable> routes;
    private final Map<String, Following> followings = new HashMap<>();

    /// Those for whom something waits. Each sends an entry when it is its turn, so that one that
    /// has much to send doesn't keep the others waiting.
    private final Deque<Following> inTurn = new ArrayDeque<>();

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
        private final Deque<LogEntry> waiting = new ArrayDeque<>();
        private int waitingCharacters;
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
            if (waiting.size() >= WAITING_MAX || waitingCharacters >= WAITING_CHARACTERS_MAX) {
                dropped++;
                return;
            }
            if (waiting.isEmpty()) {
                inTurn.addLast(this);
            }
            waiting.addLast(entry);
            waitingCharacters += FunctionLog.characters(entry);
            resume();
        }

        private void sendOne() {
            LogEntry one = waiting.removeFirst();
            waitingCharacters -= FunctionLog.characters(one);
            send.accept(new NodeFrame.Logs(subscription, List.of(one), dropped));
            dropped = 0;
        }
    }

    /// Sends what waits, as far as the link takes it.
    void resume() {
        while (!inTurn.isEmpty() && !congested.getAsBoolean()) {
            Following next = inTurn.removeFirst();
            next.sendOne();
            if (!next.waiting.isEmpty()) {
                inTurn.addLast(next);
            }
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
            inTurn.remove(following);
            following.log.unfollow(following);
        }
    }

    void clear() {
        List.copyOf(followings.keySet()).forEach(this::unfollow);
    }
}

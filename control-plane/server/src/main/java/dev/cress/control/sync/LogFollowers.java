package dev.cress.control.sync;

import dev.cress.contract.ControlFrame;
import dev.cress.contract.FunctionName;
import dev.cress.contract.Json;
import dev.cress.contract.LogEntry;
import dev.cress.contract.LogLevel;
import dev.cress.contract.NodeFrame;
import dev.cress.control.store.Refusal;
import dev.cress.control.store.Secrets;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;

/// Who reads which function's log, and the subscriptions at the nodes that this takes. What a
/// reader can't take is the reader's to bound. Confined to the event loop.
public final class LogFollowers {
    private static final int RETRY_AFTER_S = 10;

    private final int readersMax;
    private final BiConsumer<FunctionName, String> broadcast;
    private final Function<FunctionName, Set<String>> nodes;
    private final Map<String, Subscription> subscriptions = new LinkedHashMap<>();

    /// @param broadcast sends a frame to every connected node that may have a function
    /// @param nodes the names of those
    LogFollowers(
            int readersMax,
            BiConsumer<FunctionName, String> broadcast,
            Function<FunctionName, Set<String>> nodes) {
        this.readersMax = readersMax;
        this.broadcast = broadcast;
        this.nodes = nodes;
    }

    /// @param awaited the nodes whose backlog has yet to come
    private record Subscription(
            FunctionName function,
            boolean live,
            LogLevel level,
            Consumer<NodeFrame.Logs> reader,
            Set<String> awaited,
            Runnable collected) {}

    /// Asks all nodes for the last entries of this function, and for what comes.
    ///
    /// @param level from which on, as [LogEntry#from] has it
    /// @return the way to stop
    public Runnable follow(
            FunctionName function, int backlog, LogLevel level, Consumer<NodeFrame.Logs> reader) {
        return subscribe(function, backlog, true, level, reader, () -> {});
    }

    /// Asks all nodes for the last entries of this function.
    ///
    /// @param level from which on, as [LogEntry#from] has it
    /// @param collected runs when every node has sent them or is gone, perhaps at once
    /// @return the way to stop
    public Runnable collect(
            FunctionName function,
            int backlog,
            LogLevel level,
            Consumer<NodeFrame.Logs> reader,
            Runnable collected) {
        return subscribe(function, backlog, false, level, reader, collected);
    }

    private Runnable subscribe(
            FunctionName function,
            int backlog,
            boolean live,
            LogLevel level,
            Consumer<NodeFrame.Logs> reader,
            Runnable collected) {
        if (subscriptions.size() >= readersMax) {
            throw Refusal.overloaded(
                    "%d readers follow logs, at most %d"
                            .formatted(subscriptions.size(), readersMax),
                    RETRY_AFTER_S);
        }
        String id = Secrets.hex(8);
        Set<String> awaited = new HashSet<>(nodes.apply(function));
        subscriptions.put(id, new Subscription(function, live, level, reader, awaited, collected));
        broadcast.accept(
                function, Json.write(new ControlFrame.Follow(id, function, backlog, live, level)));
        if (awaited.isEmpty()) {
            collected.run();
        }
        return () -> {
            if (subscriptions.remove(id) != null) {
                broadcast.accept(function, Json.write(new ControlFrame.Unfollow(id)));
            }
        };
    }

    /// A node that connects is asked for what comes: what it has from before may have been sent.
    ///
    /// @param knows whether it may have a function
    void connected(Predicate<FunctionName> knows, Consumer<String> node) {
        subscriptions.forEach(
                (id, subscription) -> {
                    if (subscription.live && knows.test(subscription.function)) {
                        node.accept(
                                Json.write(
                                        new ControlFrame.Follow(
                                                id,
                                                subscription.function,
                                                0,
                                                true,
                                                subscription.level)));
                    }
                });
    }

    void deliver(NodeFrame.Logs logs) {
        var subscription = subscriptions.get(logs.subscription());
        if (subscription != null) {
            subscription.reader.accept(from(subscription.level, logs));
        }
    }

    /// A node of the build before sends everything.
    private static NodeFrame.Logs from(LogLevel level, NodeFrame.Logs logs) {
        List<LogEntry> entries =
                logs.entries().stream().flatMap(entry -> entry.from(level).stream()).toList();
        return new NodeFrame.Logs(logs.subscription(), entries, logs.dropped());
    }

    /// This node has sent its backlog.
    void sent(String node, String id) {
        var subscription = subscriptions.get(id);
        if (subscription != null) {
            awaitNoMore(subscription, node);
        }
    }

    /// This node's session ended: nothing it owes will come.
    void ended(String node) {
        List.copyOf(subscriptions.values())
                .forEach(subscription -> awaitNoMore(subscription, node));
    }

    private static void awaitNoMore(Subscription subscription, String node) {
        if (subscription.awaited.remove(node) && subscription.awaited.isEmpty()) {
            subscription.collected.run();
        }
    }

    int readers() {
        return subscriptions.size();
    }
}

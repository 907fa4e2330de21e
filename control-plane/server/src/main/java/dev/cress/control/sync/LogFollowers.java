package dev.cress.control.sync;

import dev.cress.contract.ControlFrame;
import dev.cress.contract.FunctionName;
import dev.cress.contract.Json;
import dev.cress.contract.NodeFrame;
import dev.cress.control.store.Refusal;
import dev.cress.control.store.Secrets;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/// Who reads which function's log, and the subscriptions at the nodes that this takes. What a
/// reader can't take is the reader's to bound. Confined to the event loop.
public final class LogFollowers {
    private static final int RETRY_AFTER_S = 10;

    private final int readersMax;
    private final Consumer<String> broadcast;
    private final Map<String, Subscription> subscriptions = new LinkedHashMap<>();

    /// @param broadcast sends a frame to every connected node
    LogFollowers(int readersMax, Consumer<String> broadcast) {
        this.readersMax = readersMax;
        this.broadcast = broadcast;
    }

    private record Subscription(
            FunctionName function, boolean live, Consumer<NodeFrame.Logs> reader) {}

    /// Asks all nodes for the last entries of this function, and, when `live`, for what comes.
    ///
    /// @return the way to stop
    public Runnable follow(
            FunctionName function, int backlog, boolean live, Consumer<NodeFrame.Logs> reader) {
        if (subscriptions.size() >= readersMax) {
            throw Refusal.overloaded(
                    "%d readers follow logs, at most %d"
                            .formatted(subscriptions.size(), readersMax),
                    RETRY_AFTER_S);
        }
        String id = Secrets.hex(8);
        subscriptions.put(id, new Subscription(function, live, reader));
        broadcast.accept(Json.write(new ControlFrame.Follow(id, function, backlog, live)));
        return () -> {
            if (subscriptions.remove(id) != null) {
                broadcast.accept(Json.write(new ControlFrame.Unfollow(id)));
            }
        };
    }

    /// A node that connects is asked for what comes: what it has from before may have been sent.
    void connected(Consumer<String> node) {
        subscriptions.forEach(
                (id, subscription) -> {
                    if (subscription.live) {
                        node.accept(
                                Json.write(
                                        new ControlFrame.Follow(
                                                id, subscription.function, 0, true)));
                    }
                });
    }

    void deliver(NodeFrame.Logs logs) {
        var subscription = subscriptions.get(logs.subscription());
        if (subscription != null) {
            subscription.reader.accept(logs);
        }
    }

    int readers() {
        return subscriptions.size();
    }
}

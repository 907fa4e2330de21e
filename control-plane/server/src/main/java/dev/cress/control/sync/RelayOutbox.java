package dev.cress.control.sync;

import dev.cress.contract.Envelope;
import dev.cress.contract.Json;
import dev.cress.contract.RelayOrder;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/// What goes to a relay at the end of this turn of the event loop. The same text for many nodes
/// goes once, and each node gets its texts in the order in which they were sent: a node joins those
/// that get a text only if nothing was sent to it since. Lives on the event loop.
final class RelayOutbox {
    private final Consumer<String> socket;
    private final Runnable schedule;
    private final List<Addressed> waiting = new ArrayList<>();
    private final Map<String, Integer> newest = new HashMap<>();

    /// Where in [#waiting] each session's last text is.
    private final Map<Integer, Integer> last = new HashMap<>();

    private long length;

    private record Addressed(BitSet to, String text) {}

    /// @param socket takes what goes out
    /// @param schedule has [#flush()] called soon, once each time
    RelayOutbox(Consumer<String> socket, Runnable schedule) {
        this.socket = socket;
        this.schedule = schedule;
    }

    /// A text for the node of this session.
    void send(int session, String text) {
        Integer at = newest.get(text);
        if (at == null || last.getOrDefault(session, -1) >= at) {
            at = add(text);
            newest.put(text, at);
        }
        waiting.get(at).to.set(session);
        last.put(session, at);
    }

    private int add(String text) {
        if (waiting.isEmpty()) {
            schedule.run();
        }
        waiting.add(new Addressed(new BitSet(), text));
        length += text.length();
        return waiting.size() - 1;
    }

    /// Something for the relay itself, after all that was sent so far.
    void order(RelayOrder order) {
        waiting.get(add(Json.write(order))).to.set(0);
    }

    /// Characters that wait here.
    long length() {
        return length;
    }

    void flush() {
        List<Addressed> now = List.copyOf(waiting);
        waiting.clear();
        newest.clear();
        last.clear();
        length = 0;
        now.forEach(each -> socket.accept(new Envelope(each.to, each.text).text()));
    }
}

package dev.cress.node.serve;

import dev.cress.contract.LogEntry;
import dev.cress.contract.LogLevel;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;

/// The last requests of a function, bounded by count and by bytes, and who follows along.
/// Thread-safe.
public final class FunctionLog {
    static final int ENTRIES_MAX = 200;
    static final int CHARACTERS_MAX = 512 * 1024;

    private final Deque<LogEntry> recent = new ArrayDeque<>();
    private final List<Consumer<LogEntry>> followers = new ArrayList<>();
    private int characters;

    void add(LogEntry entry) {
        synchronized (recent) {
            recent.addLast(entry);
            characters += entry.stderr().length();
            while (recent.size() > ENTRIES_MAX
                    || (characters > CHARACTERS_MAX && recent.size() > 1)) {
                characters -= recent.removeFirst().stderr().length();
            }
            followers.forEach(follower -> follower.accept(entry));
        }
    }

    /// The last entries from this level on, oldest first.
    public List<LogEntry> recent(int entriesMax, LogLevel least) {
        synchronized (recent) {
            List<LogEntry> all =
                    recent.stream().flatMap(entry -> entry.from(least).stream()).toList();
            return List.copyOf(
                    all.subList(Math.max(0, all.size() - Math.max(0, entriesMax)), all.size()));
        }
    }

    /// Hands every entry from now on to this follower, on the thread that adds it; it must not
    /// block.
    ///
    /// @return the last entries before, as [#recent] has them
    public List<LogEntry> follow(Consumer<LogEntry> follower, int entriesMax, LogLevel least) {
        synchronized (recent) {
            followers.add(follower);
            return recent(entriesMax, least);
        }
    }

    public void unfollow(Consumer<LogEntry> follower) {
        synchronized (recent) {
            followers.remove(follower);
        }
    }
}

package dev.cress.node.serve;

import dev.cress.contract.LogEntry;
import dev.cress.contract.LogLevel;
import dev.cress.contract.LogLine;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/// The last requests of a function, bounded by count and by characters, and who follows along. What
/// comes faster than it may is left out and counted, and the log says how much it was. All of an
/// entry counts, its lines and how it failed as well. Thread-safe.
///
/// An entry is kept as far as the allowance goes: itself, then how it failed, then its lines in
/// order, each whole.
public final class FunctionLog {
    static final int ENTRIES_MAX = 200;
    static final int CHARACTERS_MAX = 512 * 1024;

    /// That may be logged for as long as one likes.
    static final int CHARACTERS_PER_SECOND = 256 * 1024;

    /// That may be logged at once: what some sixteen requests have that use up their log.
    static final int BURST_CHARACTERS = 1024 * 1024;

    /// What an entry takes beside its texts, about as it is written as JSON.
    static final int ENTRY_CHARACTERS = 256;

    /// What a line takes beside its text.
    static final int LINE_CHARACTERS = 32;

    /// The log says what was left out so long after the first of it, ns.
    static final long SAY_AFTER_NANOS = 1_000_000_000;

    /// Hears how much was left out, as it is. Any thread; must not block.
    interface Dropped {
        /// @param requests whole entries
        /// @param lines single ones, or reasons of failures
        void dropped(int requests, int lines);
    }

    private final Deque<LogEntry> recent = new ArrayDeque<>();
    private final List<Consumer<LogEntry>> followers = new ArrayList<>();
    private final LongSupplier nanoTime;
    private final LogAllowance allowance;
    private final Dropped meter;
    private int characters;
    private LeftOut leftOut;
    private long leftOutSince;

    /// Since the log said so last.
    private record LeftOut(long requests, long lines, long characters) {
        static final LeftOut NOTHING = new LeftOut(0, 0, 0);

        LeftOut and(int moreRequests, int moreLines, int moreCharacters) {
            return new LeftOut(
                    requests + moreRequests, lines + moreLines, characters + moreCharacters);
        }
    }

    /// @param nanoTime a clock that nobody sets, as [System#nanoTime]
    FunctionLog(LongSupplier nanoTime, Dropped meter) {
        this.nanoTime = nanoTime;
        this.meter = meter;
        this.allowance = new LogAllowance(CHARACTERS_PER_SECOND, BURST_CHARACTERS, nanoTime);
        this.leftOut = LeftOut.NOTHING;
    }

    void add(LogEntry entry) {
        synchronized (recent) {
            sayWhatIsLeftOut(entry);
            if (allowance.take(characters(entry))) {
                keep(entry);
            } else if (allowance.take(ownCharacters(entry))) {
                keep(partOf(entry));
            } else {
                leaveOut(1, entry.lines().size(), characters(entry));
            }
        }
    }

    /// The last entries from this level on, oldest first.
    public List<LogEntry> recent(int entriesMax, LogLevel least) {
        synchronized (recent) {
            if (!recent.isEmpty()) {
                sayWhatIsLeftOut(recent.getLast());
            }
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
            List<LogEntry> before = recent(entriesMax, least);
            followers.add(follower);
            return before;
        }
    }

    public void unfollow(Consumer<LogEntry> follower) {
        synchronized (recent) {
            followers.remove(follower);
        }
    }

    /// What there is an allowance for beside the entry itself.
    private LogEntry partOf(LogEntry entry) {
        boolean reason = allowance.take(entry.detail().length());
        List<LogLine> lines = entry.lines();
        int kept = 0;
        while (kept < lines.size() && allowance.take(size(lines.get(kept)))) {
            kept++;
        }
        LogEntry some = entry.with(reason ? entry.detail() : "", lines.subList(0, kept));
        leaveOut(0, lines.size() - kept + (reason ? 0 : 1), characters(entry) - characters(some));
        return some;
    }

    private void keep(LogEntry entry) {
        recent.addLast(entry);
        characters += characters(entry);
        while (recent.size() > ENTRIES_MAX || (characters > CHARACTERS_MAX && recent.size() > 1)) {
            characters -= characters(recent.removeFirst());
        }
        followers.forEach(follower -> follower.accept(entry));
    }

    private void leaveOut(int requests, int lines, int size) {
        if (leftOut.equals(LeftOut.NOTHING)) {
            leftOutSince = nanoTime.getAsLong();
        }
        leftOut = leftOut.and(requests, lines, size);
        meter.dropped(requests, lines);
    }

    /// All of a second at once, as soon as there is room for it again.
    ///
    /// @param near an entry of this function on this node
    private void sayWhatIsLeftOut(LogEntry near) {
        if (leftOut.equals(LeftOut.NOTHING)
                || nanoTime.getAsLong() - leftOutSince < SAY_AFTER_NANOS) {
            return;
        }
        String what =
                "%d requests, %d lines, %d characters left out: more than %d KiB a second"
                        .formatted(
                                leftOut.requests(),
                                leftOut.lines(),
                                leftOut.characters(),
                                CHARACTERS_PER_SECOND >> 10);
        var said = LogEntry.dropped(near.atMs(), near.node(), near.function(), what);
        if (allowance.take(characters(said))) {
            leftOut = LeftOut.NOTHING;
            keep(said);
        }
    }

    private static int ownCharacters(LogEntry entry) {
        return ENTRY_CHARACTERS
                + entry.method().length()
                + entry.path().length()
                + entry.requestId().length();
    }

    private static int size(LogLine line) {
        return LINE_CHARACTERS + line.text().length();
    }

    /// What an entry counts as.
    public static int characters(LogEntry entry) {
        int lines = entry.lines().stream().mapToInt(FunctionLog::size).sum();
        return ownCharacters(entry) + entry.detail().length() + lines;
    }
}

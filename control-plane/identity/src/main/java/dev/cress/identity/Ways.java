package dev.cress.identity;

import java.net.URI;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;

/// The ways of a node, relay or router to the control plane: URLs of control planes that share a
/// store, or of relays, the one that it likes best first; which of them is tried when, and how long
/// it waits before that.
///
/// Without a session all are tried from the first to the last, a moment apart, and the wait before
/// the next round doubles, up to [#RETRY_MAX]. After a session that stood for so long the waits
/// begin anew and the first way is tried first; one that stood for less counts as an attempt that
/// failed. While a session stands on another way than the first, the better ones are looked at from
/// time to time, and one that answers is taken: first after [#RETURN_FIRST], and where what it came
/// back to broke within [#STEADY], only after twice the time of before, up to [#RETURN_MAX]. So a
/// way that comes and goes is come back to no more than twice an hour in the end.
///
/// All waits are cut short by chance, up to half, so that a fleet doesn't come in step. One thread,
/// but for [#current()].
public final class Ways {
    /// Ways of one program.
    public static final int MAX = 8;

    /// The first wait, and the one between two ways.
    public static final Duration RETRY_FIRST = Duration.ofMillis(100);

    /// The longest wait before a round, and how long a session must have stood for the waits to
    /// begin anew: what ends each session soon after its welcome must not come back ten times a
    /// second.
    public static final Duration RETRY_MAX = Duration.ofSeconds(5);

    /// Until the better ways are looked at.
    public static final Duration RETURN_FIRST = Duration.ofSeconds(20);

    /// The longest time until then.
    public static final Duration RETURN_MAX = Duration.ofHours(1);

    /// What it came back to and has had for so long is good again.
    public static final Duration STEADY = Duration.ofMinutes(10);

    private final List<URI> urls;
    private final LongSupplier nanoTime;
    private final DoubleSupplier chance;
    private Duration retry = RETRY_FIRST;
    private Duration returns = RETURN_FIRST;

    /// The place of the one that is tried, or has the session.
    private int at;

    private boolean welcomed;
    private long welcomedNs;

    /// Whether it left another way for this one.
    private boolean returned;

    private volatile URI current;

    /// @param urls checked by [#check(List)]
    public Ways(List<URI> urls) {
        this(urls, System::nanoTime, () -> ThreadLocalRandom.current().nextDouble());
    }

    /// @param chance from 0 to 1
    Ways(List<URI> urls, LongSupplier nanoTime, DoubleSupplier chance) {
        this.urls = List.copyOf(urls);
        this.nanoTime = nanoTime;
        this.chance = chance;
        current = this.urls.getFirst();
    }

    /// What is wrong with these, for who wrote them; empty if nothing is.
    public static Optional<String> check(List<URI> urls) {
        if (urls.isEmpty() || urls.size() > MAX) {
            return Optional.of(
                    "control planes and relays are %d: from 1 to %d".formatted(urls.size(), MAX));
        }
        for (URI url : urls) {
            if (url.getHost() == null || !List.of("http", "https").contains(url.getScheme())) {
                return Optional.of(
                        "control plane '%s' is no URL like http://HOST:PORT".formatted(url));
            }
        }
        var seen = new HashSet<URI>();
        return urls.stream()
                .filter(url -> !seen.add(url))
                .findFirst()
                .map("control plane %s is named twice"::formatted);
    }

    /// The one of the session that stands, else of the last one, else the first: where files are
    /// asked for. Any thread.
    public URI current() {
        return current;
    }

    /// The one to try now.
    public URI next() {
        return urls.get(at);
    }

    /// A session stands on the one that was tried.
    public void welcomed() {
        welcomed = true;
        welcomedNs = nanoTime.getAsLong();
        current = next();
    }

    /// Whether there is a session, or was one until just now, which stood for so long that what was
    /// wrong before it is over.
    public boolean hasStood() {
        return stoodNs() >= RETRY_MAX.toNanos();
    }

    private long stoodNs() {
        return welcomed ? nanoTime.getAsLong() - welcomedNs : 0;
    }

    /// No session came about, or the one that stood has ended.
    ///
    /// @return how long to wait before the next one is tried
    public Duration lost() {
        long stoodNs = stoodNs();
        if (returned) {
            boolean steady = stoodNs >= STEADY.toNanos();
            returns = steady ? RETURN_FIRST : min(returns.multipliedBy(2), RETURN_MAX);
            returned = false;
        }
        boolean stood = hasStood();
        welcomed = false;
        at = stood ? 0 : (at + 1) % urls.size();
        if (stood) {
            retry = RETRY_FIRST;
        } else if (at == 0) {
            Duration wait = cut(retry);
            retry = min(retry.multipliedBy(2), RETRY_MAX);
            return wait;
        }
        return cut(RETRY_FIRST);
    }

    /// How long a session must stand, or have been looked for a better way, before the better ones
    /// are looked at; empty where there is none.
    public Optional<Duration> untilReturn() {
        return at == 0 ? Optional.empty() : Optional.of(cut(returns));
    }

    /// Those that are better than the one of the session, the best first.
    public List<URI> better() {
        return urls.subList(0, at);
    }

    /// A better one answers, and is taken instead of the present one.
    public void moved(URI better) {
        at = urls.indexOf(better);
        welcomed = false;
        returned = true;
    }

    private Duration cut(Duration wait) {
        long ms = wait.toMillis();
        return Duration.ofMillis(Math.max(1, ms - (long) (chance.getAsDouble() * ms / 2)));
    }

    private static Duration min(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }
}

package dev.cress.node.serve;

import static dev.cress.node.serve.FunctionLog.BURST_CHARACTERS;
import static dev.cress.node.serve.FunctionLog.CHARACTERS_PER_SECOND;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cress.contract.FunctionName;
import dev.cress.contract.LogEntry;
import dev.cress.contract.LogLevel;
import dev.cress.contract.LogLine;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/// A function's log has a size and a rate, and says what it left out.
class FunctionLogTest {
    private static final long SECOND = 1_000_000_000;
    private static final int REASON_CHARACTERS = 4_096;

    /// Enough to use up any burst.
    private static final int FLOODS_MAX = 1_000;

    /// How long a bucket that is empty takes to be full, s.
    private static final int FULL_AFTER = BURST_CHARACTERS / CHARACTERS_PER_SECOND;

    private long now = Long.MAX_VALUE - SECOND;
    private int droppedRequests;
    private int droppedLines;
    private final FunctionLog log =
            new FunctionLog(
                    () -> now,
                    (requests, lines) -> {
                        droppedRequests += requests;
                        droppedLines += lines;
                    });

    private static LogEntry entry(String path, String detail, List<LogLine> lines) {
        return new LogEntry(
                5,
                "fra-1",
                new FunctionName("hello"),
                1,
                "r",
                "GET",
                path,
                200,
                detail.isEmpty() ? LogEntry.OK : "guest-trap",
                detail,
                1,
                1,
                lines);
    }

    private static LogEntry plain(String path) {
        return entry(path, "", List.of());
    }

    private static List<LogLine> lines(int count, int characters) {
        return Collections.nCopies(count, new LogLine(LogLevel.INFO, "x".repeat(characters)));
    }

    private List<LogEntry> recent() {
        return log.recent(FunctionLog.ENTRIES_MAX, LogLevel.TRACE);
    }

    private static int characters(LogEntry entry) {
        return entry.detail().length()
                + entry.lines().stream().mapToInt(line -> line.text().length()).sum();
    }

    /// Until nothing at all is kept any more.
    private void flood() {
        for (int i = 0; i < FLOODS_MAX && droppedRequests == 0; i++) {
            log.add(entry("/flood", "", lines(64, 1_000)));
        }
        assertThat(droppedRequests).as("requests that were dropped").isPositive();
    }

    @Test
    void reasonsOfFailuresAreBoundedWithTheLines() {
        var reason = entry("/", "y".repeat(REASON_CHARACTERS), List.of());
        for (int i = 0; i < FunctionLog.ENTRIES_MAX; i++) {
            log.add(reason);
            now += SECOND;
        }
        assertThat(droppedLines).isZero();
        assertThat(recent().stream().mapToInt(FunctionLogTest::characters).sum())
                .isBetween(FunctionLog.CHARACTERS_MAX * 9 / 10, FunctionLog.CHARACTERS_MAX);
    }

    @Test
    void longPathsAreBoundedToo() {
        for (int i = 0; i < FunctionLog.ENTRIES_MAX; i++) {
            log.add(plain("/" + "p".repeat(8_000)));
            now += SECOND;
        }
        assertThat(recent()).hasSizeBetween(50, FunctionLog.CHARACTERS_MAX / 8_000);
    }

    @Test
    void aBurstIsKeptWhole() {
        int each = 64 * (1_000 + FunctionLog.LINE_CHARACTERS) + 1_000;
        for (int i = 0; i < BURST_CHARACTERS / each; i++) {
            log.add(entry("/", "", lines(64, 1_000)));
        }
        assertThat(droppedLines + droppedRequests).isZero();
    }

    @Test
    void whatIsOverTheRateIsLeftOutAndCounted() {
        List<LogEntry> followed = new ArrayList<>();
        log.follow(followed::add, 0, LogLevel.TRACE);
        int requests = 100;
        for (int i = 0; i < requests; i++) {
            log.add(entry("/", "why", lines(64, 1_000)));
        }
        int keptLines = followed.stream().mapToInt(entry -> entry.lines().size()).sum();
        long lostReasons = followed.stream().filter(e -> e.detail().isEmpty()).count();
        assertThat(droppedLines).isPositive();
        assertThat(droppedLines + keptLines).isEqualTo(64L * requests + lostReasons);
        assertThat(followed.size() + droppedRequests).isEqualTo(requests);
    }

    @Test
    void anEntryOutlivesItsLines() {
        for (int i = 0; i < FLOODS_MAX && droppedLines == 0; i++) {
            log.add(entry("/flood", "", lines(64, 1_000)));
        }
        log.add(entry("/next", "", lines(1, 60_000)));
        assertThat(recent().getLast().path()).isEqualTo("/next");
        assertThat(recent().getLast().lines()).isEmpty();
        assertThat(droppedRequests).isZero();
    }

    @Test
    void saysOnceWhatWasLeftOutWhenThereIsRoomAgain() {
        flood();
        int requests = droppedRequests;
        int lines = droppedLines;
        now += SECOND;
        log.add(plain("/a"));
        log.add(plain("/b"));
        List<LogEntry> last = recent().subList(recent().size() - 3, recent().size());
        assertThat(last).extracting(LogEntry::outcome).containsExactly("dropped", "ok", "ok");
        assertThat(last.getFirst().node()).isEqualTo("fra-1");
        assertThat(last.getFirst().detail())
                .startsWith("%d requests, %d lines, ".formatted(requests, lines))
                .endsWith(" left out: more than 256 KiB a second");
    }

    @Test
    void whoReadsHearsWhatWasLeftOutThoughNothingCameSince() {
        flood();
        now += SECOND;
        assertThat(recent().getLast().outcome()).isEqualTo("dropped");
        assertThat(recent().stream().filter(e -> e.outcome().equals("dropped"))).hasSize(1);
    }

    @Test
    void whereItNeverEndsItSaysSoEverySecondAndNotMore() {
        List<LogEntry> followed = new ArrayList<>();
        log.follow(followed::add, 0, LogLevel.WARN);
        int seconds = 20;
        for (int i = 0; i < seconds * 100; i++) {
            now += SECOND / 100;
            log.add(entry("/flood", "", lines(64, 1_000)));
        }
        assertThat(followed.stream().filter(e -> e.outcome().equals("dropped")))
                .hasSizeBetween(seconds - 3, seconds);
    }

    @Test
    void isKeptAsBeforeOnceTheRoomIsBack() {
        flood();
        now += FULL_AFTER * SECOND;
        int dropped = droppedLines;
        log.add(entry("/", "", lines(64, 1_000)));
        assertThat(recent().getLast().lines()).hasSize(64);
        assertThat(droppedLines).isEqualTo(dropped);
    }

    @Test
    void readsFromALevelOn() {
        log.add(plain("/a"));
        log.add(entry("/b", "", List.of(new LogLine(LogLevel.WARN, "careful"))));
        log.add(plain("/c"));
        assertThat(log.recent(1, LogLevel.WARN)).extracting(LogEntry::path).containsExactly("/b");
        assertThat(log.recent(1, LogLevel.ERROR)).isEmpty();
        assertThat(log.recent(1, LogLevel.INFO)).extracting(LogEntry::path).containsExactly("/c");
    }

    /// Whatever comes and whenever: in no stretch of time is more kept than the burst and what the
    /// rate gives, and what isn't kept is counted.
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void neverKeepsMoreThanItsRate(long seed) {
        var random = new Random(seed);
        List<long[]> kept = new ArrayList<>();
        int[] keptLines = new int[1];
        log.follow(
                entry -> {
                    kept.add(new long[] {now, characters(entry)});
                    keptLines[0] += entry.lines().size();
                },
                0,
                LogLevel.TRACE);
        int givenLines = 0;
        for (int i = 0; i < 2_000; i++) {
            now += random.nextInt(4) == 0 ? random.nextLong(SECOND / 2) : 0;
            var lines = lines(random.nextInt(20), random.nextInt(4_000));
            givenLines += lines.size();
            log.add(entry("/", "", lines));
        }
        assertThat(keptLines[0] + droppedLines).isEqualTo(givenLines);
        assertThat(droppedLines).isPositive();
        long[] sums = kept.stream().mapToLong(k -> k[1]).toArray();
        for (int from : IntStream.range(0, 50).map(_ -> random.nextInt(kept.size())).toArray()) {
            long sum = 0;
            for (int to = from; to < kept.size(); to++) {
                sum += sums[to];
                double seconds = (kept.get(to)[0] - kept.get(from)[0]) / (double) SECOND;
                assertThat((double) sum)
                        .isLessThanOrEqualTo(
                                BURST_CHARACTERS + seconds * CHARACTERS_PER_SECOND + 1);
            }
        }
    }
}

package dev.cress.node;

import static dev.cress.node.Functions.function;
import static dev.cress.node.Functions.snapshot;
import static dev.cress.node.Functions.version;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.cress.contract.ControlFrame.Follow;
import dev.cress.contract.FunctionName;
import dev.cress.contract.LogEntry;
import dev.cress.contract.NodeFrame.Logs;
import dev.cress.contract.NodeFrame.LogsSent;
import dev.cress.contract.NodeFrame.Nack;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/// A function that logs as fast as it can beside one that logs as usual. Both are followed.
@Timeout(120)
class LogFloodTest {
    private static final byte[] RUNAWAY = Functions.example("runaway");
    private static final byte[] HELLO = Functions.example("hello");
    private static final int FLOODERS = 2;
    private static final int FLOODS_MIN = 200;
    private static final int QUIET_REQUESTS = 50;

    /// Each has a copy of the burst, more than sockets buffer.
    private static final int FOLLOWERS = 20;

    private static final int FLOODS_OF_A_BURST = 16;

    /// A burst, and what a second gives.
    private static final int BURST_CHARACTERS = 1024 * 1024;

    private static final int CHARACTERS_PER_SECOND = 256 * 1024;

    @TempDir private Path data;
    private final FakeControlPlane control = new FakeControlPlane();
    private final ExecutorService flooders = Executors.newFixedThreadPool(FLOODERS);
    private final AtomicBoolean done = new AtomicBoolean();
    private final AtomicInteger floods = new AtomicInteger();
    private RunningNode node;
    private FakeSession session;

    @BeforeEach
    void start() {
        control.has(RUNAWAY);
        control.has(HELLO);
        node = new RunningNode(data, control.url(), RunningNode.LIMITS);
        session = control.welcomed();
        session.send(
                snapshot(
                        1,
                        function("runaway", 1, version(1, RUNAWAY)),
                        function("hello", 1, version(1, HELLO))));
        session.serving("runaway", 1);
        session.serving("hello", 1);
        node.awaitServing();
        follow("flood", "runaway", 0);
        follow("quiet", "hello", 0);
    }

    @AfterEach
    void stop() {
        done.set(true);
        flooders.close();
        node.close();
        control.close();
    }

    private void follow(String subscription, String function, int backlog) {
        session.send(new Follow(subscription, new FunctionName(function), backlog, true));
        session.next(LogsSent.class, sent -> sent.subscription().equals(subscription));
    }

    /// Each request logs 64 KiB, as much as one may.
    private void flood() {
        for (int i = 0; i < FLOODERS; i++) {
            flooders.execute(
                    () -> {
                        while (!done.get() || floods.get() < FLOODS_MIN) {
                            try {
                                node.get("runaway", "/stderr");
                            } catch (IOException e) {
                                throw new UncheckedIOException(e);
                            }
                            floods.incrementAndGet();
                        }
                    });
        }
    }

    private List<Logs> heard(String subscription) {
        session.sendText("no frame");
        session.next(Nack.class);
        return session.unread().stream()
                .filter(Logs.class::isInstance)
                .map(Logs.class::cast)
                .filter(logs -> logs.subscription().equals(subscription))
                .toList();
    }

    private static int characters(LogEntry entry) {
        return entry.lines().stream().mapToInt(line -> line.text().length()).sum();
    }

    @Test
    void displacesNothingOfAnothersAndIsItselfLeftOutAndCounted() throws IOException {
        long begin = System.nanoTime();
        flood();
        List<String> paths =
                IntStream.range(0, QUIET_REQUESTS).mapToObj(i -> "/?quiet=" + i).toList();
        for (String path : paths) {
            assertThat(node.get("hello", path)).startsWith("HTTP/1.1 200");
        }
        done.set(true);
        flooders.close();
        double seconds = (System.nanoTime() - begin) / 1e9;

        List<Logs> quiet = heard("quiet");
        assertThat(quiet.stream().mapToLong(Logs::dropped).sum()).isZero();
        assertThat(quiet.stream().flatMap(logs -> logs.entries().stream()))
                .hasSize(QUIET_REQUESTS)
                .allMatch(entry -> entry.outcome().equals("ok"));

        List<LogEntry> flooded = new ArrayList<>();
        heard("flood").forEach(logs -> flooded.addAll(logs.entries()));
        long kept = flooded.stream().mapToLong(LogFloodTest::characters).sum();
        assertThat((double) kept)
                .isBetween(
                        BURST_CHARACTERS / 2.0, BURST_CHARACTERS + seconds * CHARACTERS_PER_SECOND);
        assertThat(node.admin("/metrics"))
                .contains("cress_log_dropped_total{function=\"runaway\",what=\"line\"}")
                .doesNotContain("cress_log_dropped_total{function=\"hello\"");
        await().until(this::saysWhatWasLeftOut);
    }

    /// The link to the control plane takes nothing more, but what it has to take is another's.
    @Test
    void aLinkThatIsFullOfItLosesNothingOfAnothers() throws IOException {
        for (int i = 0; i < FOLLOWERS; i++) {
            follow("flood-" + i, "runaway", 0);
        }
        session.pause();
        for (int i = 0; i < FLOODS_OF_A_BURST; i++) {
            node.get("runaway", "/stderr");
        }
        for (int i = 0; i < QUIET_REQUESTS; i++) {
            node.get("hello", "/?quiet=" + i);
        }
        session.resume();
        List<Logs> quiet = new ArrayList<>();
        while (quiet.size() < QUIET_REQUESTS) {
            quiet.add(session.next(Logs.class, logs -> logs.subscription().equals("quiet")));
        }
        assertThat(quiet).allMatch(logs -> logs.dropped() == 0 && logs.entries().size() == 1);
    }

    private boolean saysWhatWasLeftOut() {
        session.send(new Follow("after", new FunctionName("runaway"), 200, false));
        session.next(LogsSent.class, sent -> sent.subscription().equals("after"));
        return heard("after").stream()
                .flatMap(logs -> logs.entries().stream())
                .anyMatch(entry -> entry.outcome().equals("dropped"));
    }
}

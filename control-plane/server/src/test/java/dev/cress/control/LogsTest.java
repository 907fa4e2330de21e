package dev.cress.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.cress.contract.ControlFrame.Follow;
import dev.cress.contract.ControlFrame.Unfollow;
import dev.cress.contract.FunctionName;
import dev.cress.contract.Json;
import dev.cress.contract.LogEntry;
import dev.cress.contract.LogLevel;
import dev.cress.contract.LogLine;
import dev.cress.contract.NodeFrame;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

class LogsTest {
    private static final String LOGS = "/v1/functions/hello/logs";
    private static final Executor LATER =
            CompletableFuture.delayedExecutor(100, TimeUnit.MILLISECONDS);

    private Plane plane;

    @BeforeEach
    void start(@TempDir Path folder) {
        plane = Plane.start(folder);
        plane.deployed("hello", 1);
    }

    @AfterEach
    void stop() {
        plane.close();
    }

    private static LogEntry entry(String node, long atMs) {
        return new LogEntry(
                atMs,
                node,
                new FunctionName("hello"),
                1,
                "r" + atMs,
                "GET",
                "/",
                200,
                "ok",
                "",
                10,
                10,
                List.of(new LogLine(LogLevel.INFO, "said")));
    }

    private static List<Long> times(Stream<String> lines) {
        return lines.filter(line -> !line.isBlank())
                .map(line -> Json.read(line, LogEntry.class).atMs())
                .toList();
    }

    @Test
    void aBacklogIsTheLastLinesOfAllNodesByTime() {
        try (var fra = plane.node("fra-1");
                var iad = plane.node("iad-1")) {
            answers(fra, entry("fra-1", 1), entry("fra-1", 4));
            answers(iad, LATER, entry("iad-1", 2), entry("iad-1", 3));
            Reply reply = plane.get(LOGS + "?backlog=3");
            var follow = fra.first(Follow.class);
            assertThat(follow.backlog()).isEqualTo(3);
            assertThat(follow.live()).isFalse();
            assertThat(reply.headers().firstValue("content-type")).hasValue("application/x-ndjson");
            assertThat(times(reply.text().lines())).containsExactly(2L, 3L, 4L);
        }
    }

    @Test
    void aNodeThatDoesNotAnswerIsWaitedForNotForLong() {
        try (var fra = plane.node("fra-1");
                var iad = plane.node("iad-1")) {
            answers(fra, entry("fra-1", 1));
            assertThat(times(plane.get(LOGS).text().lines())).containsExactly(1L);
            assertThat(iad.first(Unfollow.class)).isNotNull();
        }
    }

    /// Whoever asks this node for its log gets these entries at once: nobody waits longer than a
    /// second.
    private static void answers(FakeNode node, LogEntry... entries) {
        answers(node, Runnable::run, entries);
    }

    private static void answers(FakeNode node, Executor when, LogEntry... entries) {
        node.onFollow(
                follow ->
                        when.execute(
                                () -> {
                                    node.send(logs(follow, entries));
                                    node.send(new NodeFrame.LogsSent(follow.subscription()));
                                }));
    }

    private static NodeFrame.Logs logs(Follow follow, LogEntry... entries) {
        return new NodeFrame.Logs(follow.subscription(), List.of(entries), 0);
    }

    @Test
    void aFollowerHearsOfEachNodeAsItComesUntilHeGoes() throws IOException, InterruptedException {
        List<String> lines = new CopyOnWriteArrayList<>();
        try (var fra = plane.node("fra-1")) {
            var response =
                    plane.client()
                            .send(
                                    plane.authorised(LOGS + "?follow=true&backlog=5").build(),
                                    BodyHandlers.ofLines());
            var reading = CompletableFuture.runAsync(() -> response.body().forEach(lines::add));
            var follow = fra.first(Follow.class);
            assertThat(follow.live()).isTrue();
            fra.send(logs(follow, entry("fra-1", 1)));
            await().until(() -> times(lines.stream()).equals(List.of(1L)));

            try (var late = plane.node("iad-1")) {
                var joined = late.first(Follow.class);
                assertThat(joined.backlog()).isZero();
                late.send(logs(joined, entry("iad-1", 2)));
                await().until(() -> times(lines.stream()).equals(List.of(1L, 2L)));
            }
            fra.send(new NodeFrame.Logs(follow.subscription(), List.of(entry("fra-1", 3)), 7));
            await().until(
                            () ->
                                    lines.stream()
                                            .anyMatch(line -> line.contains("7 entries left out")));

            plane.client().shutdownNow();
            assertThat(fra.first(Unfollow.class).subscription()).isEqualTo(follow.subscription());
            assertThat(reading).satisfies(r -> await().until(r::isDone));
        }
    }

    @Test
    void withoutNodesABacklogIsEmptyAtOnce() {
        Reply reply = plane.get(LOGS);
        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.text()).isEmpty();
    }

    private static LogEntry logging(long atMs, LogLevel... levels) {
        List<LogLine> lines =
                Stream.of(levels).map(level -> new LogLine(level, level.text())).toList();
        return entry("fra-1", atMs).with("", lines);
    }

    /// A node of the build before doesn't know of levels and sends everything.
    @Test
    void aReaderGetsTheLevelThatHeAsksForAndWhatIsAbove() {
        try (var fra = plane.node("fra-1")) {
            answers(
                    fra,
                    logging(1, LogLevel.ERROR),
                    logging(2, LogLevel.WARN, LogLevel.INFO),
                    logging(3, LogLevel.INFO));
            Reply reply = plane.get(LOGS + "?level=warn&backlog=2");
            assertThat(fra.first(Follow.class).level()).isEqualTo(LogLevel.WARN);
            List<LogEntry> entries =
                    reply.text().lines().map(line -> Json.read(line, LogEntry.class)).toList();
            assertThat(entries)
                    .containsExactly(logging(1, LogLevel.ERROR), logging(2, LogLevel.WARN));
        }
    }

    @Test
    void whoAsksForNoLevelGetsEverything() {
        try (var fra = plane.node("fra-1")) {
            answers(fra, logging(1, LogLevel.TRACE));
            assertThat(times(plane.get(LOGS).text().lines())).containsExactly(1L);
            assertThat(fra.first(Follow.class).level()).isEqualTo(LogLevel.TRACE);
        }
    }

    @Test
    void aLevelThatThereIsNotIsRefusedWithThoseThatThereAre() {
        Reply reply = plane.get(LOGS + "?level=loud");
        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.text()).contains("'loud' is none of trace, debug, info, warn, error");
    }
}

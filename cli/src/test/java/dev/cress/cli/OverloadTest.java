package dev.cress.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.cress.cli.Wire.Answer;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/// A function that is full on one node is asked for at the other; full on both, the client hears
/// so, and no guest was troubled. One request runs on each node and two wait.
class OverloadTest {
    private static final int QUEUED_MAX = 2;
    private static final Duration BREATH = Duration.ofMillis(20);
    private static final String[] NODES = {"fra-1", "iad-1"};

    @TempDir private static Path folder;
    private static LocalFleet house;

    private final List<Wire> wires = new ArrayList<>();
    private long ranBefore;
    private long refusedBefore;
    private long retriesBefore;

    @BeforeAll
    static void startAFleet() throws IOException {
        var usual = Fleet.Setup.forTest(folder.resolve("data"));
        house =
                new LocalFleet(
                        new Fleet.Setup(
                                usual.data(),
                                usual.port(),
                                usual.controlPort(),
                                usual.regions(),
                                usual.domain(),
                                usual.bind(),
                                LocalFleet.queuing(QUEUED_MAX)));
        Path manifest = folder.resolve("cress.toml");
        Files.writeString(
                manifest,
                """
                name = "narrow"
                module = '%s'
                [limits]
                concurrency = 1
                """
                        .formatted(LocalFleet.module("hello")));
        house.deploy(manifest);
    }

    @AfterAll
    static void stopTheFleet() {
        house.close();
    }

    @BeforeEach
    void rememberWhatWasCounted() throws IOException {
        ranBefore = ran();
        refusedBefore = refused();
        retriesBefore = retries();
    }

    @AfterEach
    void hangUp() throws IOException {
        for (Wire wire : wires) {
            wire.close();
        }
    }

    private static long ran() throws IOException {
        return sumOverNodes("cress_isolate_start_seconds_count{function=\"narrow\"}");
    }

    private static long refused() throws IOException {
        return sumOverNodes(
                "cress_requests_total{function=\"narrow\",outcome=\"overloaded\",status=\"5xx\"}");
    }

    private static long sumOverNodes(String series) throws IOException {
        long sum = 0;
        for (String node : NODES) {
            sum += house.metricsOf(node).count(series);
        }
        return sum;
    }

    private static long retries() throws IOException {
        return house.metricsOfTheRouter().count("cress_router_retries_total");
    }

    private Wire wire() throws IOException {
        Wire wire = house.wire();
        wires.add(wire);
        return wire;
    }

    private static void awaitGauge(String node, String gauge, int value) {
        await().atMost(LocalFleet.SOON)
                .until(() -> house.metricsOf(node).count("cress_guests_" + gauge) == value);
    }

    /// All that one node takes of this function.
    private final class Full {
        private final HeldRequest running;
        private final List<Wire> waiting = new ArrayList<>();

        Full(String node, String from) throws IOException {
            awaitGauge(node, "running", 0);
            running = new HeldRequest(wire(), "narrow", from);
            awaitGauge(node, "running", 1);
            for (int i = 0; i < QUEUED_MAX; i++) {
                Wire wire = wire();
                wire.sendHead("GET", "/", Load.headers("narrow", from, "waiting-" + i));
                waiting.add(wire);
            }
            awaitGauge(node, "queued", QUEUED_MAX);
        }

        /// Everybody who was let in is answered.
        void release() throws IOException {
            running.release();
            for (Wire wire : waiting) {
                assertThat(wire.read().status()).isEqualTo(200);
            }
        }
    }

    private Answer ask(String from, String requestId) throws IOException {
        return wire().get("/", Load.headers("narrow", from, requestId));
    }

    private static void isOverloaded(Answer answer, String node) {
        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.error()).isEqualTo("overloaded");
        assertThat(answer.header("retry-after")).isEqualTo("1");
        assertThat(answer.header("content-type")).isEqualTo("application/problem+json");
        assertThat(answer.text()).contains("narrow: 1 requests run and 2 wait, no more may");
        assertThat(answer.node()).isEqualTo(node);
    }

    @Test
    void whatOneNodeIsTooFullForTheOtherAnswers() throws IOException {
        var fra = new Full("fra-1", Load.IN_GERMANY);
        for (int i = 0; i < 10; i++) {
            Answer answer = ask(Load.IN_GERMANY, "spilled-" + i);
            assertThat(answer.status()).as(answer.text()).isEqualTo(200);
            assertThat(answer.node()).isEqualTo("iad-1");
        }
        fra.release();
        assertThat(retries() - retriesBefore).isEqualTo(10);
        await().atMost(LocalFleet.SOON)
                .untilAsserted(
                        () -> {
                            assertThat(refused() - refusedBefore).isEqualTo(10);
                            assertThat(ran() - ranBefore).isEqualTo(1 + QUEUED_MAX + 10);
                        });
    }

    @Test
    void onlyWhenBothAreFullTheClientHearsSoAndNoGuestRan() throws IOException {
        var fra = new Full("fra-1", Load.IN_GERMANY);
        var iad = new Full("iad-1", Load.IN_THE_US);
        for (int i = 0; i < 2; i++) {
            isOverloaded(ask(Load.IN_GERMANY, "refused-in-fra-" + i), "iad-1");
            isOverloaded(ask(Load.IN_THE_US, "refused-in-iad-" + i), "fra-1");
        }
        assertThat(retries() - retriesBefore).as("each asked one more node once").isEqualTo(4);
        await("both nodes refused each").until(() -> refused() - refusedBefore == 8);
        assertThat(ran() - ranBefore).as("the others wait still").isZero();
        fra.release();
        iad.release();
        await().atMost(LocalFleet.SOON).until(() -> ran() - ranBefore == 2 * (1 + QUEUED_MAX));
        String logs =
                await().atMost(LocalFleet.SOON)
                        .until(
                                () ->
                                        house.cress("logs", "narrow", "-n", "200", "-o", "json")
                                                .out(),
                                out -> out.contains("\"waiting-0\""));
        assertThat(logs).doesNotContain("\"refused-in-");
    }

    @Test
    void aBodyThatStreamsIsNotOfferedTwice() throws IOException {
        var fra = new Full("fra-1", Load.IN_GERMANY);
        String[] headers = Load.headers("narrow", Load.IN_GERMANY, "streamed");
        isOverloaded(wire().post("/", new byte[20_000], headers), "fra-1");
        assertThat(retries() - retriesBefore).isZero();
        fra.release();
    }

    @Test
    void inAFloodEveryAnswerIsTheGuestsOrSaysOverloaded() throws IOException {
        var fra = new Full("fra-1", Load.IN_GERMANY);
        var answered = new AtomicInteger();
        var refused = new AtomicInteger();
        Load.Question question =
                (wire, _, _, id) -> {
                    // the router asks a second node for no more than its budget of retries
                    LockSupport.parkNanos(BREATH.toNanos());
                    var answer = wire.get("/", Load.headers("narrow", Load.IN_GERMANY, id));
                    if (answer.status() == 200) {
                        assertThat(answer.text()).contains("Your request is " + id + ".\n");
                        answered.incrementAndGet();
                    } else {
                        isOverloaded(answer, "iad-1");
                        refused.incrementAndGet();
                    }
                    return answer;
                };
        try (var load = Load.start(house.fleet.routerUrl().getPort(), question)) {
            load.awaitEach(15);
            load.endedWell();
        }
        fra.release();
        await().atMost(LocalFleet.SOON)
                .untilAsserted(
                        () -> {
                            assertThat(ran() - ranBefore)
                                    .isEqualTo(1 + QUEUED_MAX + answered.get());
                            assertThat(refused() - refusedBefore)
                                    .as("by fra-1 all, by iad-1 those who heard it")
                                    .isEqualTo(answered.get() + 2L * refused.get());
                        });
    }
}

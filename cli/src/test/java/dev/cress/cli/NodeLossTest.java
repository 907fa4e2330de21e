package dev.cress.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.cress.cli.Wire.Answer;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Processes that are killed without warning while clients ask: what the clients hear of it.
@Order(2)
class NodeLossTest {
    private static final int ITEMS = 6_000;
    private static final byte[] LIST = "- a\n".repeat(ITEMS).getBytes(StandardCharsets.UTF_8);

    @TempDir private static Path folder;
    private static FourProcesses fleet;

    @BeforeAll
    static void startAFleet() throws Exception {
        fleet = new FourProcesses(folder);
        fleet.deploy("hello");
        fleet.deploy("markdown");
    }

    @BeforeEach
    void startWhatIsDown() throws Exception {
        fleet.startWhatIsDown();
    }

    @AfterAll
    static void endEveryProcess() throws InterruptedException {
        fleet.kill();
    }

    private static Load load(Load.Question question) {
        Load load = Load.start(fleet.router.port(), question);
        load.awaitEach(20);
        load.awaitFrom("fra-1", 1);
        load.awaitFrom("iad-1", 1);
        return load;
    }

    private static void killAndStart(Part node, String name, Load load) throws Exception {
        node.kill();
        load.awaitEach(50);
        load.withFew(
                () -> {
                    node.startAgain();
                    load.awaitFrom(name, 1);
                });
        load.awaitFrom(name, 50);
    }

    @Test
    void noGetFailsWhenANodeIsKilled() throws Exception {
        try (var load = load(Load::getHello)) {
            killAndStart(fleet.fra, "fra-1", load);
            load.endedWell();
        }
    }

    /// A body that streams goes to one node or none.
    @Test
    void aPostIsAnsweredWholeOrVisiblyNot() throws Exception {
        String whole;
        try (Wire wire = new Wire(fleet.router.port())) {
            whole = postList(wire, Load.IN_GERMANY, "first").text();
            assertThat(whole.length()).isGreaterThan(64 * 1024);
        }
        Set<String> lost = ConcurrentHashMap.newKeySet();
        Load.Question question =
                (wire, _, from, id) -> {
                    try {
                        Answer answer = postList(wire, from, id);
                        if (answer.status() == 200) {
                            assertThat(answer.text()).isEqualTo(whole);
                        } else {
                            assertThat(answer.status()).as(answer.text()).isIn(502, 504);
                            assertThat(answer.error()).isEqualTo("no-node");
                            lost.add(id);
                        }
                        return answer;
                    } catch (IOException brokenOff) {
                        lost.add(id);
                        throw brokenOff;
                    }
                };
        try (var load = load(question)) {
            fleet.fra.kill();
            load.awaitEach(2);
            load.endedWithoutAWrongAnswer();
        }
        String logs =
                await().atMost(LocalFleet.SOON)
                        .until(
                                () ->
                                        fleet.cress("logs", "markdown", "-n", "200", "-o", "json")
                                                .out(),
                                out -> out.contains("\"node\":\"iad-1\""));
        assertThat(lost).noneMatch(id -> logs.contains("\"" + id + "\""));
    }

    /// The guest writes without end, and faster than the client reads.
    @Test
    void anAnswerWhoseNodeIsKilledInTheMiddleBreaksOff() throws Exception {
        fleet.deploy("runaway");
        try (Wire wire = new Wire(fleet.router.port())) {
            wire.sendHead("GET", "/flood", Load.headers("runaway", Load.IN_GERMANY, "flooded"));
            wire.awaitFirstByte();
            fleet.fra.kill();
            assertThatThrownBy(wire::read).isInstanceOf(IOException.class);
        }
    }

    private static Answer postList(Wire wire, String from, String id) throws IOException {
        return wire.post("/", LIST, Load.headers("markdown", from, id));
    }

    @Test
    void noClientNoticesThatTheControlPlaneIsAway() throws Exception {
        try (var load = load(Load::hello)) {
            fleet.control.kill();
            load.awaitEach(100);
            Cli refused = fleet.cress("status");
            assertThat(refused.exitCode()).isEqualTo(ExitCode.ERROR);
            assertThat(refused.err()).contains(fleet.control.address());
            load.withFew(
                    () -> {
                        fleet.control.startAgain();
                        fleet.awaitNodesConnected();
                        fleet.deploy("avatar");
                    });
            load.awaitEach(20);
            load.endedWell();
        }
    }

    @Test
    void noGetFailsWhenANodeIsKilledWithoutAControlPlane() throws Exception {
        try (var load = load(Load::getHello)) {
            fleet.control.kill();
            killAndStart(fleet.iad, "iad-1", load);
            load.endedWell();
        }
    }

    @Test
    void aRouterServesAfterItsOwnRestartWithoutAControlPlane() throws Exception {
        fleet.control.kill();
        fleet.router.kill();
        fleet.router.startAgain();
        try (var load = load(Load::hello)) {
            load.awaitEach(20);
            load.endedWell();
        }
    }
}

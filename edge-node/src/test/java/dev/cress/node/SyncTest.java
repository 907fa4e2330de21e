package dev.cress.node;

import static dev.cress.node.Functions.at;
import static dev.cress.node.Functions.delta;
import static dev.cress.node.Functions.function;
import static dev.cress.node.Functions.greeting;
import static dev.cress.node.Functions.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cress.contract.ControlFrame.Delta;
import dev.cress.contract.ControlFrame.Snapshot;
import dev.cress.contract.ControlFrame.Welcome;
import dev.cress.contract.FunctionName;
import dev.cress.contract.FunctionState;
import dev.cress.contract.NodeFrame;
import dev.cress.contract.NodeFrame.Ack;
import dev.cress.contract.NodeFrame.Nack;
import dev.cress.contract.Position;
import dev.cress.contract.StagingState;
import dev.cress.contract.Version;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/// What a node and its control plane say to each other of revisions.
class SyncTest {
    private static final byte[] HELLO = Functions.example("hello");
    private static final Version V1 = greeting(1, HELLO, "Hello");
    private static final Version V2 = greeting(2, HELLO, "Moin");
    private static final FunctionState FIRST = function("hello", 1, V1);
    private static final FunctionState SECOND = function("hello", 2, V1, V2);

    @TempDir private Path data;
    private final FakeControlPlane control = new FakeControlPlane();
    private RunningNode node;

    @BeforeEach
    void start() {
        control.has(HELLO);
        node = new RunningNode(data, control.url(), RunningNode.LIMITS);
    }

    @AfterEach
    void stop() {
        node.close();
        control.close();
    }

    private FakeSession toldOf(FunctionState function) {
        FakeSession session = control.welcomed();
        session.send(snapshot(1, function));
        session.next(Ack.class);
        session.serving(function.name().value(), function.deployment().id());
        return session;
    }

    @Test
    void saysFirstWhoItIsAndWhereItStands() {
        NodeFrame.Hello hello = control.session().hello();
        assertThat(hello.proto()).isEqualTo(NodeFrame.PROTO);
        assertThat(hello.node().name()).isEqualTo(RunningNode.NAME);
        assertThat(hello.node().region()).isEqualTo("fra");
        assertThat(hello.node().latitude()).isEqualTo(50.1);
        assertThat(hello.node().longitude()).isEqualTo(8.7);
        assertThat(hello.node().url()).isEqualTo("http://127.0.0.1:" + node.node.port());
        assertThat(hello.resume()).isEqualTo(Position.NOWHERE);
    }

    @Test
    void refusesRequestsUntilItWasToldWhatToServe() throws IOException {
        FakeSession session = control.welcomed();
        assertThat(node.get("hello", "/"))
                .contains(" 503 ", "x-cress-error: unavailable", "retry-after: 1", "starting");
        session.send(snapshot(0));
        node.awaitAnswer("hello", "x-cress-error: no-route");
    }

    @Test
    void acknowledgesASnapshotByItsRevisionAndServesIt() throws IOException {
        FakeSession session = control.welcomed();
        session.send(snapshot(7, FIRST));
        assertThat(session.next(Ack.class).revision()).isEqualTo(7);
        session.staging("hello", 1, StagingState.PENDING);
        session.staging("hello", 1, StagingState.STAGED);
        session.serving("hello", 1);
        node.awaitServing();
        assertThat(node.get("hello", "/")).contains("200 OK", "x-cress-version: 1", "Hello from");
    }

    @Test
    void takesADeltaThatFollows() {
        FakeSession session = toldOf(FIRST);
        session.send(delta(1, 3, SECOND));
        assertThat(session.next(Ack.class).revision()).isEqualTo(3);
        session.serving("hello", 2);
        node.awaitAnswer("hello", "Moin from");
    }

    @Test
    void refusesADeltaThatLeavesAGapAndNamesBothRevisions() throws IOException {
        FakeSession session = toldOf(FIRST);
        session.send(delta(4, 5, SECOND));
        assertThat(session.next(Nack.class).reason()).contains("revision 4", "revision 1");
        node.awaitServing();
        assertThat(node.get("hello", "/")).contains("x-cress-version: 1");
    }

    @Test
    void refusesADeltaOfAnotherLogAndNamesBothLogs() {
        FakeSession session = toldOf(FIRST);
        var elsewhere = new Position("restored", 2, "hash-2");
        session.send(new Delta(1, elsewhere, List.of(SECOND), List.of()));
        assertThat(session.next(Nack.class).reason())
                .contains("revision 1", "restored", Functions.EPOCH);
    }

    @Test
    void takesTheSnapshotAfterARefusedDelta() {
        FakeSession session = toldOf(FIRST);
        session.send(delta(4, 5, SECOND));
        session.next(Nack.class);
        session.send(snapshot(5, SECOND));
        assertThat(session.next(Ack.class).revision()).isEqualTo(5);
        session.serving("hello", 2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "this is no JSON",
                "null",
                "[]",
                "{\"type\":\"gossip\"}",
                "{\"type\":\"welcome\"}",
                "{\"type\":\"snapshot\",\"functions\":[]}",
                "{\"type\":\"delta\",\"from\":1,\"changed\":[],\"removed\":[]}",
                "{\"type\":\"snapshot\",\"functions\":[null],\"position\":"
                        + "{\"epoch\":\"epoch\",\"revision\":2,\"hash\":\"hash\"}}",
                "{\"type\":\"snapshot\",\"functions\":[{\"name\":\"Hello!\"}],\"position\":"
                        + "{\"epoch\":\"epoch\",\"revision\":2,\"hash\":\"hash\"}}",
                "{\"type\":\"follow\"}",
                "{\"type\":\"unfollow\"}"
            })
    void refusesAFrameThatItCannotReadAndKeepsTheSession(String unreadable) throws IOException {
        FakeSession session = toldOf(FIRST);
        session.sendText(unreadable);
        assertThat(session.next(Nack.class).reason()).contains("unreadable frame");
        session.send(delta(1, 2, SECOND));
        assertThat(session.next(Ack.class).revision()).isEqualTo(2);
        node.awaitServing();
        assertThat(node.get("hello", "/")).contains("200 OK");
    }

    @Test
    void passesOverKeysOfANewerControlPlane() {
        FakeSession session = toldOf(FIRST);
        session.sendText(
                """
                {"type": "delta", "from": 1, "changed": [], "removed": [], "colour": "green",
                 "position": {"epoch": "epoch", "revision": 2, "hash": "hash-2"}}
                """);
        assertThat(session.next(Ack.class).revision()).isEqualTo(2);
    }

    @Test
    void forgetsAFunctionThatASnapshotNoLongerNames() {
        FakeSession session = toldOf(FIRST);
        node.awaitAnswer("hello", "200 OK");
        session.send(snapshot(2, function("other", 1, V1)));
        session.next(Ack.class);
        node.awaitAnswer("hello", "x-cress-error: no-route");
        node.awaitAnswer("other", "200 OK");
    }

    @Test
    void forgetsAFunctionThatADeltaRemoves() {
        FakeSession session = toldOf(FIRST);
        session.send(new Delta(1, at(2), List.of(), List.of(new FunctionName("hello"))));
        session.next(Ack.class);
        node.awaitAnswer("hello", "x-cress-error: no-route");
    }

    @Test
    void servesWhatANumberMeansInTheNewLog() {
        FakeSession session = toldOf(FIRST);
        for (int i = 0; i < 10; i++) {
            var restored = new Position("restored-" + i, 1, "hash-1");
            FunctionState other = function("hello", 2 + i, greeting(1, HELLO, "Moin " + i));
            session.send(new Snapshot(restored, List.of(other)));
            session.serving("hello", 2 + i);
            node.awaitAnswer("hello", "Moin %d from".formatted(i));
        }
    }

    @Test
    void resumesAfterARestartWhereItsDiskStands() {
        FakeSession session = toldOf(FIRST);
        session.send(delta(1, 2, SECOND));
        session.next(Ack.class, ack -> ack.revision() == 2);
        node.close();
        node = new RunningNode(data, control.url(), RunningNode.LIMITS);
        assertThat(control.session().hello().resume()).isEqualTo(at(2));
    }

    @Test
    void saysAnewInEachSessionWhatIsStagedAndWhatServes() {
        FakeSession before = toldOf(SECOND);
        before.staging("hello", 1, StagingState.STAGED);
        before.close(1001);
        FakeSession session = control.session();
        session.sendText("a frame before the welcome");
        session.next(Nack.class);
        assertThat(session.unread()).isEmpty();
        session.send(new Welcome(FakeControlPlane.ROUTER_KEY));
        session.staging("hello", 1, StagingState.STAGED);
        session.staging("hello", 2, StagingState.STAGED);
        session.serving("hello", 2);
    }

    @Test
    void servesFromItsDiskAfterARestartWithoutAControlPlane() throws IOException {
        toldOf(FIRST);
        node.close();
        control.stop();
        node = new RunningNode(data, control.url(), RunningNode.LIMITS).awaitServing();
        assertThat(node.get("hello", "/")).contains("200 OK", "x-cress-version: 1");
    }
}

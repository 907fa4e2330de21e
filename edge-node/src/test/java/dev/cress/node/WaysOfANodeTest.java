package dev.cress.node;

import static dev.cress.node.Functions.at;
import static dev.cress.node.Functions.function;
import static dev.cress.node.Functions.greeting;
import static dev.cress.node.Functions.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cress.contract.ControlFrame.Welcome;
import dev.cress.contract.NodeFrame.Ack;
import dev.cress.contract.Sha256;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A node with two ways to its control plane.
@Timeout(90)
@Order(1)
class WaysOfANodeTest {
    private static final byte[] HELLO = Functions.example("hello");

    @TempDir private Path data;
    private final FakeControlPlane first = new FakeControlPlane();
    private final FakeControlPlane second = new FakeControlPlane();
    private final List<RunningNode> nodes = new ArrayList<>();

    @BeforeEach
    void prepare() {
        first.has(HELLO);
        second.has(HELLO);
    }

    @AfterEach
    void stop() {
        nodes.forEach(RunningNode::close);
        first.close();
        second.close();
    }

    private RunningNode start() {
        var node = new RunningNode(data, List.of(first.url(), second.url()), RunningNode.LIMITS);
        nodes.add(node);
        return node;
    }

    private static void tell(FakeSession session, int revision, String function) {
        session.send(snapshot(revision, function(function, 1, greeting(1, HELLO, "Hello"))));
        session.next(Ack.class, ack -> ack.revision() == revision);
        session.serving(function, 1);
    }

    @Test
    void theSecondIsTakenWhenTheFirstIsGoneAndModulesComeFromThere() throws IOException {
        var node = start();
        first.welcomed();
        first.stop();
        FakeSession there = second.welcomed();
        tell(there, 3, "hello");
        assertThat(second.asked()).isEqualTo(Sha256.of(HELLO));
        assertThat(node.awaitServing().get("hello", "/")).contains("200 OK");
    }

    @Test
    void whoRefusesOrNeverAnswersIsPassedOver() {
        first.refuse(503);
        start();
        second.welcomed().close(1001);
        first.holdHandshakes();
        second.welcomed();
    }

    @Test
    void whoTakesASessionAndNeverWelcomesItIsPassedOver() {
        start();
        FakeSession silent = first.session();
        second.attemptWithin(30);
        silent.awaitEnd();
        second.welcomed();
    }

    @Test
    void theFirstIsComeBackToAndTheOtherLeft() throws IOException {
        first.stop();
        var node = start();
        FakeSession there = second.welcomed();
        tell(there, 3, "hello");
        node.awaitServing();
        first.startAgain();
        there.awaitEndIn(25);
        FakeSession back = first.session();
        assertThat(back.hello().resume()).isEqualTo(at(3));
        back.send(new Welcome(FakeControlPlane.ROUTER_KEY));
        back.serving("hello", 1);
        assertThat(node.get("hello", "/")).contains("200 OK");
    }

    @Test
    void whileTheFirstIsNoWayBackTheSessionStays() {
        first.stop();
        start();
        FakeSession there = second.welcomed();
        first.startAgain();
        first.refuse(503);
        // it looks at the first between 10 and 20 s after its welcome
        first.attemptWithin(25);
        tell(there, 3, "hello");
    }

    @Test
    void whileAllAreGoneItServesOn() throws IOException {
        var node = start();
        tell(first.welcomed(), 3, "hello");
        node.awaitServing();
        first.stop();
        second.stop();
        assertThat(node.get("hello", "/")).contains("200 OK");
        second.startAgain();
        second.welcomed();
    }
}

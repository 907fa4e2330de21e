package dev.cress.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.cress.contract.RelayFrame;
import dev.cress.contract.RelayLine;
import dev.cress.contract.RelayOrder;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/// Nodes' sessions, as they pass through a relay.
@Timeout(60)
class RelayTest {
    private static final int GOING_AWAY = 1001;

    @TempDir private Path folder;
    private FakeControl control;
    private Relay relay;
    private final List<StubNode> nodes = new ArrayList<>();

    @BeforeEach
    void start() {
        control = new FakeControl();
        relay = start(5_000);
    }

    private Relay start(int nodesMax) {
        var made =
                Relay.start(
                        RelayConfig.of("r1", control.url(), "relays", folder.resolve("relay"))
                                .withNodesMax(nodesMax));
        await().until(made::isConnected);
        return made;
    }

    @AfterEach
    void stop() {
        nodes.forEach(StubNode::close);
        relay.close();
        control.close();
    }

    private StubNode node(String token) {
        var node = new StubNode(relay, token);
        nodes.add(node);
        return node;
    }

    private static BitSet of(int... sessions) {
        var set = new BitSet();
        for (int session : sessions) {
            set.set(session);
        }
        return set;
    }

    @Test
    void passesOnWhatANodeSaysAndByWhatItIsKnown() {
        node("one").say("{\"type\":\"ack\",\"revision\":1}");
        int first = control.opened(1);
        node("two").say("{\"type\":\"draining\"}");
        int second = control.opened(2);
        assertThat(control.said(RelayFrame.Opened.class))
                .containsExactly(
                        new RelayFrame.Opened(first, "", "one"),
                        new RelayFrame.Opened(second, "", "two"));
        await().untilAsserted(
                        () ->
                                assertThat(control.lines)
                                        .contains(
                                                new RelayLine(
                                                        first, "{\"type\":\"ack\",\"revision\":1}"),
                                                new RelayLine(second, "{\"type\":\"draining\"}")));
    }

    @Test
    void givesAnEnvelopeToThoseWhomItIsFor() {
        var one = node("one");
        int first = control.opened(1);
        var two = node("two");
        int second = control.opened(2);
        var three = node("three");
        int third = control.opened(3);
        control.send(of(first, third), "{\"key\":\"k\"}\n{\"for\":\"one and three\"}");
        control.send(of(second), "{\"for\":\"two\"}");
        await().until(() -> two.messages.size() == 1 && three.messages.size() == 1);
        await().until(() -> one.messages.size() == 1);
        assertThat(one.messages).containsExactly("{\"key\":\"k\"}\n{\"for\":\"one and three\"}");
        assertThat(three.messages).isEqualTo(one.messages);
        assertThat(two.messages).containsExactly("{\"for\":\"two\"}");
    }

    @Test
    void aMessageOfManyFramesArrivesWhole() {
        var node = node("one");
        int session = control.opened(1);
        String large = "é€𝄞x".repeat(1 << 20);
        control.send(of(session), large);
        control.send(of(session), "after");
        await().atMost(FakeControl.SOON).until(() -> node.messages.size() == 2);
        assertThat(node.messages.getFirst()).isEqualTo(large);
        assertThat(node.messages.getLast()).isEqualTo("after");
    }

    /// 30 MB to each: far more than sockets take. The other node gets all of it meanwhile.
    @Test
    void aNodeThatDoesNotReadHoldsUpNobodyAndIsSaidToLag() {
        var slow = node("slow");
        int first = control.opened(1);
        var quick = node("quick");
        int second = control.opened(2);
        slow.reads(false);
        String large = "x".repeat(3 << 20);
        for (int i = 0; i < 10; i++) {
            control.send(of(first, second), large);
        }
        await().atMost(FakeControl.SOON).until(() -> quick.messages.size() == 10);
        assertThat(slow.messages).isEmpty();
        assertThat(control.said(RelayFrame.Slow.class)).contains(new RelayFrame.Slow(first));
        assertThat(control.said(RelayFrame.Drained.class))
                .doesNotContain(new RelayFrame.Drained(first));
        slow.reads(true);
        await().atMost(FakeControl.SOON).until(() -> slow.messages.size() == 10);
        await().untilAsserted(
                        () ->
                                assertThat(control.said(RelayFrame.Drained.class))
                                        .contains(new RelayFrame.Drained(first)));
    }

    @Test
    void aNodeForWhichTooMuchWaitsIsSentAway() {
        var slow = node("slow");
        int session = control.opened(1);
        slow.reads(false);
        String message = "x".repeat(16 << 10);
        for (int i = 0; i < 2 * NodeConnection.QUEUED_MAX; i++) {
            control.send(of(session), message);
        }
        await().atMost(FakeControl.SOON).until(() -> relay.nodes() == 0);
        await().untilAsserted(
                        () ->
                                assertThat(control.said(RelayFrame.Closed.class))
                                        .contains(new RelayFrame.Closed(session)));
    }

    @Test
    void endsTheSessionThatTheControlPlaneEnds() {
        var one = node("one");
        int session = control.opened(1);
        var two = node("two");
        control.opened(2);
        control.order(new RelayOrder.End(session, 4401, "the credential was revoked"));
        assertThat(one.closeCode()).isEqualTo(4401);
        assertThat(two.isOver()).isFalse();
        await().until(() -> relay.nodes() == 1);
    }

    @Test
    void saysWhenANodeHasGone() {
        var node = node("one");
        int session = control.opened(1);
        node.close();
        await().untilAsserted(
                        () ->
                                assertThat(control.said(RelayFrame.Closed.class))
                                        .containsExactly(new RelayFrame.Closed(session)));
    }

    @Test
    void withoutAControlPlaneNobodyStaysAndNobodyComes() {
        var node = node("one");
        control.opened(1);
        int port = control.port();
        control.close();
        assertThat(node.closeCode()).isEqualTo(GOING_AWAY);
        assertThatThrownBy(() -> node("two")).hasMessageContaining("503");
        control = new FakeControl(port);
        await().atMost(FakeControl.SOON).until(relay::isConnected);
        node("three");
        assertThat(control.opened(1)).isEqualTo(1);
    }

    @Test
    void whoShowsNothingIsNotLetIn() {
        assertThatThrownBy(() -> node("")).hasMessageContaining("401");
        assertThat(control.said(RelayFrame.Opened.class)).isEmpty();
    }

    @Test
    void takesNoMoreNodesThanItMay() {
        relay.close();
        relay = start(1);
        node("one");
        await().until(() -> relay.nodes() == 1);
        assertThatThrownBy(() -> node("two")).hasMessageContaining("503");
    }

    @Test
    void aMessageOfANodeThatIsTooLongCostsItsSessionOnly() {
        var one = node("one");
        control.opened(1);
        var two = node("two");
        control.opened(2);
        one.say("x".repeat(Front.MESSAGE_BYTES_MAX + 1));
        await().atMost(FakeControl.SOON).until(one::isOver);
        assertThat(two.isOver()).isFalse();
        assertThat(relay.isConnected()).isTrue();
    }

    /// With the relay's session those of its nodes end, and begin again where it is then.
    @Test
    void beyondLoopbackItNeedsACertificate() {
        var config = RelayConfig.of("r1", control.url(), "relays", folder.resolve("other"));
        assertThatThrownBy(() -> config.withListen("0.0.0.0", 0, 0))
                .isInstanceOf(RelayException.class)
                .hasMessageContaining("join-token --role relay");
    }
}

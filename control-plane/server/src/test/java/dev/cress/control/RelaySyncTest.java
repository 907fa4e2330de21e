package dev.cress.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.cress.contract.Api.TokenCreated;
import dev.cress.contract.ControlFrame.Delta;
import dev.cress.contract.ControlFrame.Snapshot;
import dev.cress.contract.ControlFrame.Welcome;
import dev.cress.contract.Envelope;
import dev.cress.contract.FleetStatus;
import dev.cress.contract.Limits;
import dev.cress.contract.Manifest;
import dev.cress.contract.NodeFrame;
import dev.cress.contract.Position;
import dev.cress.contract.RelayFrame;
import dev.cress.contract.RelayOrder;
import dev.cress.contract.Sha256;
import dev.cress.contract.Warmup;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Duration;
import java.util.BitSet;
import java.util.List;
import java.util.Map;

/// Nodes behind a relay, as a control plane has them.
@Timeout(60)
@Order(Integer.MAX_VALUE)
class RelaySyncTest {
    private static final int FENCED = 4409;
    private static final int TOO_MANY = 4429;
    private static final int REVOKED = 4401;
    private static final int BAD_FRAME = 4400;
    private static final int GOING_AWAY = 1001;

    /// For some megabytes beside other tests.
    private static final Duration WITHIN = Duration.ofSeconds(30);

    @TempDir private Path folder;
    private Plane plane;
    private String token;

    @BeforeEach
    void start() {
        plane = Plane.start(folder);
        token = plane.token("join");
    }

    @AfterEach
    void stop() {
        plane.close();
    }

    private FakeRelay relay(String name) {
        return FakeRelay.connect(plane.control, name);
    }

    /// Nodes `node-1`, `node-2` … in the sessions of these numbers, who come in one message.
    private void nodes(FakeRelay relay, int count) {
        var lines = new StringBuilder();
        for (int session = 1; session <= count; session++) {
            lines.append(FakeRelay.lines(session, "node-" + session, token, Position.NOWHERE));
        }
        relay.text(lines.toString());
        await().until(() -> !relay.to(count, Snapshot.class).isEmpty());
        for (int session = 1; session <= count; session++) {
            relay.pass(session, new NodeFrame.Ack(0));
        }
    }

    private static BitSet oneTo(int last) {
        var set = new BitSet();
        set.set(1, last + 1);
        return set;
    }

    private FleetStatus status() {
        return plane.get("/v1/status").as(FleetStatus.class);
    }

    private long at(long revision) {
        return status().nodes().stream().filter(node -> node.revision() == revision).count();
    }

    @Test
    void aDeltaTravelsOnceToAllNodesOfARelayAndEachAcksIt() {
        try (var relay = relay("r1");
                var direct = plane.node("direct")) {
            nodes(relay, 100);
            plane.deployed("hello", 1);
            direct.awaitRevision(1);
            await().until(() -> !relay.to(100, Delta.class).isEmpty());
            assertThat(relay.carrying(Delta.class))
                    .singleElement()
                    .extracting(Envelope::to)
                    .isEqualTo(oneTo(100));
            assertThat(relay.to(7, Delta.class)).isEqualTo(direct.all(Delta.class));
            await().untilAsserted(() -> assertThat(at(1)).isEqualTo(1));
            for (int session = 1; session <= 60; session++) {
                relay.pass(session, new NodeFrame.Ack(1));
            }
            await().untilAsserted(() -> assertThat(at(1)).isEqualTo(61));
        }
    }

    @Test
    void nodesThatComeTogetherShareOneSnapshot() {
        plane.deployed("hello", 1);
        try (var relay = relay("r1")) {
            nodes(relay, 200);
            assertThat(relay.carrying(Snapshot.class))
                    .singleElement()
                    .extracting(Envelope::to)
                    .isEqualTo(oneTo(200));
            assertThat(relay.carrying(Welcome.class)).hasSize(1);
        }
    }

    @Test
    void statusSaysThroughWhichRelayANodeHangs() {
        try (var relay = relay("r1");
                var direct = plane.node("direct")) {
            nodes(relay, 2);
            assertThat(status().relays())
                    .containsExactly(new FleetStatus.RelayStatus("r1", "test", 2));
            assertThat(status().nodes()).extracting("relay").containsExactly("", "r1", "r1");
            assertThat(direct.frames()).isNotEmpty();
        }
        await().untilAsserted(() -> assertThat(status().relays()).isEmpty());
        assertThat(status().nodes()).noneMatch(node -> node.connected());
    }

    @Test
    void aNodeThatLagsIsPassedOverAndGetsOneSnapshot() {
        try (var relay = relay("r1")) {
            nodes(relay, 2);
            relay.say(new RelayFrame.Slow(2));
            relay.pass(1, new NodeFrame.Ack(0));
            plane.deployed("hello", 1);
            plane.deployed("hello", 2);
            await().until(() -> relay.to(1, Delta.class).size() == 2);
            assertThat(relay.to(2, Delta.class)).isEmpty();
            relay.say(new RelayFrame.Drained(2));
            await().until(() -> relay.to(2, Snapshot.class).size() == 2);
            assertThat(relay.to(2, Snapshot.class).getLast().position().revision()).isEqualTo(2);
            assertThat(relay.to(1, Snapshot.class)).hasSize(1);
        }
    }

    /// A version with 40 KB and more.
    private void release(String function, Sha256 module, int number) {
        var config = Map.of("pad", Integer.toString(1000 + number).repeat(10_000));
        var manifest = new Manifest("auto", List.of(), Limits.DEFAULT, config, Warmup.DEFAULT);
        assertThat(plane.release(function, module, manifest, 10_000).status()).isEqualTo(201);
    }

    private long connected() {
        return status().nodes().stream().filter(node -> node.connected()).count();
    }

    /// More than its socket takes: each node that comes is sent a snapshot of 1 MB.
    @Test
    void behindARelayThatDoesNotReadNobodyElseComesAndNothingWaitsForIt() {
        int nodes = 40;
        var module = plane.module(1);
        for (int i = 1; i <= 25; i++) {
            release("hello-" + i, module, i);
        }
        try (var relay = relay("r1")) {
            relay.node(1, "node-1", token);
            relay.pass(1, new NodeFrame.Ack(25));
            relay.reads(false);
            for (int session = 2; session <= nodes; session++) {
                relay.text(FakeRelay.lines(session, "node-" + session, token, Position.NOWHERE));
                var _ = status(); // apart from each other, so that nobody shares a snapshot
            }
            await().during(Duration.ofSeconds(1)).until(() -> connected() < nodes);
            release("hello-26", module, 26);
            relay.reads(true);
            await().atMost(WITHIN).until(() -> connected() == nodes);
            await().atMost(WITHIN).until(() -> relay.to(1, Snapshot.class).size() == 2);
            assertThat(relay.to(1, Delta.class)).isEmpty();
        }
    }

    /// More than its socket takes: a delta has 40 KB and more.
    @Test
    void aRelayThatDoesNotReadHoldsUpNoDirectNodeAndCatchesUpBySnapshot() {
        try (var relay = relay("r1");
                var direct = plane.node("direct")) {
            nodes(relay, 1);
            relay.reads(false);
            var module = plane.module(1);
            for (int i = 0; i < 200; i++) {
                release("hello", module, i);
            }
            direct.awaitRevision(200);
            relay.reads(true);
            await().atMost(WITHIN).until(() -> relay.to(1, Snapshot.class).size() == 1);
            for (Delta delta : relay.to(1, Delta.class)) {
                relay.pass(1, new NodeFrame.Ack(delta.position().revision()));
            }
            await().atMost(WITHIN).until(() -> relay.to(1, Snapshot.class).size() == 2);
            assertThat(relay.to(1, Snapshot.class).getLast().position().revision()).isEqualTo(200);
            assertThat(relay.to(1, Delta.class)).hasSizeLessThan(100);
        }
    }

    @Test
    void aDirectSessionFencesTheOneBehindARelayAndTheOtherWayRound() {
        try (var relay = relay("r1");
                var other = relay("r2")) {
            relay.node(1, "fra-1", token);
            try (var direct = plane.node("fra-1")) {
                assertThat(relay.endCode(1)).isEqualTo(FENCED);
                other.node(1, "fra-1", token);
                assertThat(direct.closeCode()).isEqualTo(FENCED);
                relay.node(2, "fra-1", token);
                assertThat(other.endCode(1)).isEqualTo(FENCED);
                assertThat(relay.isEnded(2)).isFalse();
                assertThat(status().nodes()).singleElement().extracting("relay").isEqualTo("r1");
            }
        }
    }

    @Test
    void whatAnEndedSessionStillSaysIsLeftAside() {
        try (var relay = relay("r1")) {
            relay.node(1, "fra-1", token);
            relay.node(2, "fra-1", token);
            assertThat(relay.endCode(1)).isEqualTo(FENCED);
            relay.pass(1, new NodeFrame.Draining());
            relay.say(new RelayFrame.Closed(1));
            relay.node(3, "fra-2", token);
            assertThat(status().nodes()).noneMatch(node -> node.draining());
            assertThat(status().nodes()).allMatch(node -> node.connected());
        }
    }

    @Test
    void aNodeWithoutAGoodTokenIsSentAwayAlone() {
        try (var relay = relay("r1")) {
            relay.node(1, "fra-1", token);
            relay.node(2, "fra-2", "cress_guessed");
            relay.node(3, "fra-3", plane.token("deploy"));
            relay.node(4, "fra-4", "");
            assertThat(relay.endCode(2)).isEqualTo(REVOKED);
            assertThat(relay.endCode(3)).isEqualTo(REVOKED);
            assertThat(relay.endCode(4)).isEqualTo(REVOKED);
            assertThat(status().nodes()).extracting("node.name").containsExactly("fra-1");
        }
    }

    @Test
    void aTokenThatIsRevokedEndsTheSessionsThatItOpenedBehindARelay() {
        var shortLived =
                plane.post("/v1/tokens", "{\"name\":\"t\",\"scope\":\"join\"}")
                        .as(TokenCreated.class);
        try (var relay = relay("r1")) {
            relay.node(1, "fra-1", shortLived.token());
            relay.node(2, "fra-2", token);
            assertThat(plane.delete("/v1/tokens/" + shortLived.info().id()).status())
                    .isEqualTo(204);
            assertThat(relay.endCode(1)).isEqualTo(REVOKED);
            assertThat(relay.isEnded(2)).isFalse();
        }
    }

    @Test
    void aRelayWhoseTokenIsRevokedBeforeItsHelloHasNoSession() {
        var shortLived =
                plane.post("/v1/tokens", "{\"name\":\"t\",\"scope\":\"join\"}")
                        .as(TokenCreated.class);
        try (var relay = FakeRelay.silent(plane.control, shortLived.token())) {
            assertThat(plane.delete("/v1/tokens/" + shortLived.info().id()).status())
                    .isEqualTo(204);
            assertThat(relay.closeCode()).isEqualTo(REVOKED);
        }
    }

    @Test
    void aNodeThatSaysNoHelloOrABadOneIsSentAwayAlone() {
        try (var relay = relay("r1")) {
            relay.node(1, "fra-1", token);
            relay.say(new RelayFrame.Opened(2, "", token));
            relay.pass(2, new NodeFrame.Ack(1));
            relay.say(new RelayFrame.Opened(3, "", token));
            relay.text("3 nonsense\n");
            assertThat(relay.endCode(2)).isEqualTo(BAD_FRAME);
            assertThat(relay.endCode(3)).isEqualTo(BAD_FRAME);
            assertThat(relay.isEnded(1)).isFalse();
        }
    }

    @Test
    void aSecondSessionOfARelayFencesTheFirstAndItsNodesComeBackThere() {
        try (var first = relay("r1")) {
            first.node(1, "fra-1", token);
            try (var second = relay("r1")) {
                assertThat(first.closeCode()).isEqualTo(FENCED);
                second.node(1, "fra-1", token);
                assertThat(status().relays())
                        .containsExactly(new FleetStatus.RelayStatus("r1", "test", 1));
            }
        }
    }

    @Test
    void aRelayThatBreaksTheProtocolIsSentAwayWithItsNodes() {
        for (String bad :
                new String[] {
                    "no line",
                    "0 {\"type\":\"opened\",\"session\":1}\n",
                    "0 {\"type\":\"opened\",\"session\":1048577}\n",
                    "0 {\"type\":\"hello\",\"proto\":1,\"name\":\"r1\"}\n",
                    "0 {}\n",
                    "0 null\n"
                }) {
            try (var relay = relay("r1")) {
                relay.node(1, "fra-1", token);
                relay.text(bad);
                assertThat(relay.closeCode()).as(bad).isEqualTo(BAD_FRAME);
                await().untilAsserted(
                                () ->
                                        assertThat(status().nodes())
                                                .noneMatch(node -> node.connected()));
            }
        }
    }

    @Test
    void takesNoMoreNodesThanItMayAlsoOfThoseThatSaidNothingYet() {
        plane.close();
        var usual = ControlPlaneConfig.Caps.DEFAULT;
        var caps =
                new ControlPlaneConfig.Caps(
                        usual.moduleBytesMax(),
                        usual.jsonBytesMax(),
                        usual.storeBytesMax(),
                        2,
                        usual.routersMax(),
                        usual.followersMax(),
                        usual.pingEvery());
        plane = Plane.start(folder, config -> config.withLimits(caps));
        try (var relay = relay("r1");
                var other = relay("r2")) {
            for (int session = 1; session <= 3; session++) {
                relay.say(new RelayFrame.Opened(session, "", token));
            }
            assertThat(relay.endCode(3)).isEqualTo(TOO_MANY);
            other.node(1, "fra-1", token);
            other.node(2, "fra-2", token);
            var third = FakeNode.info("fra-3");
            relay.pass(1, new NodeFrame.Hello(NodeFrame.PROTO, third, Position.NOWHERE));
            assertThat(relay.endCode(1)).isEqualTo(TOO_MANY);
            assertThat(status().nodes()).extracting("node.name").containsExactly("fra-1", "fra-2");
        }
    }

    @Test
    void whoDoesNotSayWhichRelayItIsHasNoSession() {
        try (var relay = FakeRelay.silent(plane.control)) {
            relay.say(new RelayFrame.Opened(1, "", token));
            assertThat(relay.closeCode()).isEqualTo(BAD_FRAME);
        }
        try (var relay = FakeRelay.silent(plane.control)) {
            relay.say(new RelayFrame.Hello(2, "r1", ""));
            assertThat(relay.closeCode()).isEqualTo(4406);
        }
    }

    @Test
    void aControlPlaneThatStopsSaysSo() {
        try (var relay = relay("r1")) {
            nodes(relay, 1);
            plane.control.close();
            assertThat(relay.closeCode()).isEqualTo(GOING_AWAY);
            assertThat(relay.orders(RelayOrder.Welcome.class)).hasSize(1);
        }
    }
}

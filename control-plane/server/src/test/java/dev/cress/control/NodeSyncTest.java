package dev.cress.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.cress.contract.Api.Rollout;
import dev.cress.contract.ControlFrame.Delta;
import dev.cress.contract.ControlFrame.Snapshot;
import dev.cress.contract.ControlFrame.Welcome;
import dev.cress.contract.FunctionName;
import dev.cress.contract.Limits;
import dev.cress.contract.Manifest;
import dev.cress.contract.NodeFrame;
import dev.cress.contract.Position;
import dev.cress.contract.StagingState;
import dev.cress.contract.Warmup;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

class NodeSyncTest {
    private static final FunctionName HELLO = new FunctionName("hello");

    private Plane plane;

    @BeforeEach
    void start(@TempDir Path folder) {
        plane = Plane.start(folder);
    }

    @AfterEach
    void stop() {
        plane.close();
    }

    @Test
    void aNewNodeGetsWelcomeAndSnapshotThenOneDeltaPerCommit() {
        plane.deployed("hello", 1);
        try (var node = plane.node("fra-1")) {
            var snapshot = node.first(Snapshot.class);
            assertThat(node.frames().getFirst()).isInstanceOf(Welcome.class);
            assertThat(snapshot.position().revision()).isEqualTo(1);
            assertThat(snapshot.functions()).extracting(f -> f.name()).containsExactly(HELLO);

            plane.deployed("hello", 2);
            node.awaitRevision(2);
            var delta = node.all(Delta.class).getFirst();
            assertThat(delta.from()).isEqualTo(1);
            assertThat(delta.changed().getFirst().deployment().stableVersion()).isEqualTo(2);

            plane.delete("/v1/functions/hello");
            node.awaitRevision(3);
            assertThat(node.all(Delta.class).getLast().removed()).containsExactly(HELLO);
            assertThat(node.all(Snapshot.class)).hasSize(1);
        }
    }

    @Test
    void aNodeThatComesBackGetsOnlyWhatItMissed() {
        plane.deployed("hello", 1);
        for (String quiet : new String[] {"as-before", "as-ever"}) {
            plane.deployed(quiet, 4);
        }
        Position before;
        try (var node = plane.node("fra-1")) {
            node.awaitRevision(3);
            before = node.position();
        }
        plane.deployed("hello", 2);
        plane.deployed("other", 3);
        plane.delete("/v1/functions/other");
        try (var node = FakeNode.connect(plane.control, "fra-1", before, true)) {
            node.awaitRevision(6);
            assertThat(node.all(Snapshot.class)).isEmpty();
            var delta = node.first(Delta.class);
            assertThat(delta.from()).isEqualTo(3);
            assertThat(delta.changed()).hasSize(1);
            assertThat(delta.removed()).containsExactly(new FunctionName("other"));
        }
    }

    @Test
    void aLevelNodeGetsNothingButWelcome() {
        plane.deployed("hello", 1);
        Position level;
        try (var node = plane.node("fra-1")) {
            node.awaitRevision(1);
            level = node.position();
        }
        try (var node = FakeNode.connect(plane.control, "fra-1", level, true)) {
            plane.deployed("hello", 2);
            node.awaitRevision(2);
            assertThat(node.all(Snapshot.class)).isEmpty();
            assertThat(node.all(Delta.class)).hasSize(1);
        }
    }

    @Test
    void whoeverStandsElsewhereGetsASnapshotAndRaisesAnAlarm() {
        plane.deployed("hello", 1);
        plane.deployed("hello", 2);
        Position at;
        try (var node = plane.node("fra-1")) {
            node.awaitRevision(2);
            at = node.position();
        }
        var ahead = new Position(at.epoch(), 99, at.hash());
        var otherHash = new Position(at.epoch(), 1, "0".repeat(64));
        var otherLog = new Position("another", 2, at.hash());
        for (Position position : new Position[] {ahead, otherHash, otherLog}) {
            try (var node = FakeNode.connect(plane.control, "fra-1", position, true)) {
                assertThat(node.first(Snapshot.class).position()).isEqualTo(at);
            }
        }
        assertThat(plane.get("/metrics").text()).contains("cress_control_alarms_total 3.0");
    }

    @Test
    void aNackIsAnsweredWithASnapshotButNotForEver() {
        plane.deployed("hello", 1);
        try (var node = FakeNode.connect(plane.control, "fra-1", Position.NOWHERE, false)) {
            node.first(Snapshot.class);
            node.send(new NodeFrame.Nack("it does not follow"));
            await().until(() -> node.all(Snapshot.class).size() == 2);
            for (int i = 0; i < 5; i++) {
                node.send(new NodeFrame.Nack("nor does this"));
            }
            assertThat(node.closeCode()).isEqualTo(4400);
            assertThat(node.all(Snapshot.class)).hasSizeLessThanOrEqualTo(6);
        }
    }

    @Test
    void aSecondSessionOfANodeFencesTheFirst() {
        try (var first = plane.node("fra-1");
                var second = plane.node("fra-1")) {
            assertThat(first.closeCode()).isEqualTo(4409);
            plane.deployed("hello", 1);
            second.awaitRevision(1);
            assertThat(plane.get("/v1/nodes").json().path("items")).hasSize(1);
            assertThat(plane.get("/v1/nodes").json().at("/items/0/connected").asBoolean()).isTrue();
        }
    }

    @Test
    void aNodeThatDoesNotAckGetsASnapshotInsteadOfABacklog() {
        int v1 = plane.version("hello", 1);
        int v2 = plane.version("hello", 2);
        try (var node = FakeNode.connect(plane.control, "fra-1", Position.NOWHERE, false)) {
            node.first(Snapshot.class);
            node.send(new NodeFrame.Ack(0));
            int commits = 80;
            for (int i = 0; i < commits; i++) {
                plane.deploy("hello", i % 2 == 0 ? v1 : v2, 10_000);
            }
            node.awaitRevision(64);
            assertThat(node.all(Delta.class)).hasSize(64);
            assertThat(plane.get("/metrics").text()).contains("cress_control_nodes_behind 1.0");

            node.send(new NodeFrame.Ack(64));
            node.awaitRevision(commits);
            assertThat(node.all(Snapshot.class)).hasSize(2);
            assertThat(node.all(Delta.class)).hasSize(64);

            node.send(new NodeFrame.Ack(commits));
            plane.deploy("hello", v1, 10_000);
            node.awaitRevision(commits + 1);
            assertThat(node.all(Delta.class)).hasSize(65);
        }
    }

    @Test
    void aNodeThatDoesNotReadGetsASnapshotInsteadOfABacklog() {
        var module = plane.module(1);
        int kept = 6;
        for (int i = 1; i <= kept; i++) {
            var config = Map.of("LARGE", String.valueOf(i).repeat(60_000));
            var manifest = new Manifest("auto", List.of(), Limits.DEFAULT, config, Warmup.DEFAULT);
            plane.postVersion("hello", module, manifest);
        }
        try (var node = plane.node("fra-1")) {
            node.awaitRevision(0);
            node.reads(false);
            int commits = 50;
            for (int i = 0; i < commits; i++) {
                plane.deploy("hello", 1 + i % kept, 10_000);
            }
            assertThat(plane.get("/metrics").text()).contains("cress_control_nodes_behind 1.0");
            node.reads(true);
            node.awaitRevision(commits);
            assertThat(node.all(Delta.class)).hasSizeLessThan(commits);
            assertThat(node.all(Snapshot.class)).hasSize(2);
            assertThat(node.all(Snapshot.class).getLast().functions().getFirst().versions())
                    .hasSize(kept);
        }
    }

    @Test
    void anotherProtocolIsRefusedWithItsOwnCode() {
        try (var node = FakeNode.silent(plane.control, plane.token("join"))) {
            node.sendText("{\"type\":\"hello\",\"proto\":2,\"whatever\":true}");
            assertThat(node.closeCode()).isEqualTo(4406);
        }
    }

    @Test
    void aMessageThatIsTooLongEndsTheSession() {
        try (var node = plane.node("fra-1")) {
            node.sendText("x".repeat((1 << 20) + 1));
            assertThat(node.closeCode()).isEqualTo(4400);
        }
    }

    @Test
    void garbageEndsTheSession() {
        for (String text :
                new String[] {
                    "{",
                    "[]",
                    "{\"type\":\"ack\",\"revision\":1}",
                    "{\"type\":\"hello\",\"proto\":1}",
                    "{\"type\":\"hello\",\"proto\":1,\"node\":{\"name\":\"-\"}}"
                }) {
            try (var node = FakeNode.silent(plane.control, plane.operator)) {
                node.sendText(text);
                assertThat(node.closeCode()).as(text).isEqualTo(4400);
            }
        }
        try (var node = plane.node("fra-1")) {
            node.sendText("{\"type\":\"staging\"}");
            assertThat(node.closeCode()).isEqualTo(4400);
        }
        plane.deployed("hello", 1);
        try (var node = plane.node("fra-1")) {
            node.sendText("{\"type\":\"staging\",\"function\":\"hello\",\"version\":1}");
            assertThat(node.closeCode()).isEqualTo(4400);
        }
        try (var node = plane.node("fra-1")) {
            node.send(new NodeFrame.Ack(7));
            assertThat(node.closeCode()).isEqualTo(4400);
        }
    }

    @Test
    void aRolloutIsWaitedForUntilNoNodeIsPending() {
        connectOnce("syd-1");
        try (var fra = plane.node("fra-1");
                var iad = plane.node("iad-1")) {
            var deployed = plane.deployed("hello", 1);
            fra.awaitRevision(1);
            iad.awaitRevision(1);
            var waiting =
                    CompletableFuture.supplyAsync(
                            () ->
                                    plane.get(
                                                    "/v1/functions/hello/rollout?deployment=1&wait_ms=20000")
                                            .as(Rollout.class));
            fra.send(new NodeFrame.Staging(HELLO, 1, StagingState.STAGED, ""));
            fra.send(new NodeFrame.Serving(HELLO, deployed.deployment().id()));
            await().until(
                            () ->
                                    rolloutNow().nodes().stream()
                                            .anyMatch(node -> node.state().equals("serving")));
            assertThat(waiting).isNotDone();
            assertThat(rolloutNow().nodes())
                    .extracting(node -> node.node() + " " + node.state())
                    .containsExactly("fra-1 serving", "iad-1 pending", "syd-1 offline");

            iad.send(new NodeFrame.Staging(HELLO, 1, StagingState.FAILED, "digest differs"));
            var settled = waiting.join();
            assertThat(settled.nodes())
                    .extracting(node -> node.node() + " " + node.state() + " " + node.reason())
                    .containsExactly(
                            "fra-1 serving ",
                            "iad-1 failed version 1: digest differs",
                            "syd-1 offline ");
            assertThat(plane.get("/v1/nodes").json().at("/items/1/versions/0/state").asText())
                    .isEqualTo("failed");
        }
    }

    private void connectOnce(String name) {
        try (var node = plane.node(name)) {
            node.first(Snapshot.class);
        }
        await().until(() -> !plane.get("/v1/nodes").json().at("/items/0/connected").asBoolean());
    }

    private Rollout rolloutNow() {
        return plane.get("/v1/functions/hello/rollout").as(Rollout.class);
    }
}

package dev.cress.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cress.contract.ControlFrame.Delta;
import dev.cress.contract.ControlFrame.Snapshot;
import dev.cress.contract.FunctionName;
import dev.cress.contract.Limits;
import dev.cress.contract.Manifest;
import dev.cress.contract.Position;
import dev.cress.contract.Sha256;
import dev.cress.contract.Warmup;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// A node that was off for 1,000 revisions gets in one frame what it missed, or the whole,
/// whichever has fewer bytes.
@Timeout(120)
@Order(4)
class CatchUpTest {
    private static final int MISSED = 1_000;

    private Path folder;
    private Plane plane;
    private Sha256 module;

    @BeforeEach
    void start(@TempDir Path temporary) {
        folder = temporary;
        plane = Plane.start(folder);
        module = plane.module(1);
    }

    @AfterEach
    void stop() {
        plane.close();
    }

    private void release(String function, String config) {
        var manifest =
                new Manifest(
                        "auto", List.of(), Limits.DEFAULT, Map.of("TEXT", config), Warmup.DEFAULT);
        Reply reply = plane.release(function, module, manifest, 10_000);
        assertThat(reply.status()).as(reply.text()).isEqualTo(201);
    }

    private Position whereANodeStood() {
        try (var node = plane.node("fra-1")) {
            node.first(Snapshot.class);
            return node.position();
        }
    }

    /// The bytes of a whole as a node gets it that knows nothing.
    private int wholeBytes() {
        try (var node = plane.node("new-1")) {
            node.first(Snapshot.class);
            return node.signed.getLast().frame().length();
        }
    }

    private FakeNode back(Position from) {
        return FakeNode.connect(plane.control, "fra-1", from, true);
    }

    private void assertDelta(Position from) {
        try (var node = back(from)) {
            node.awaitRevision(from.revision() + MISSED);
            assertThat(node.all(Snapshot.class)).isEmpty();
            var delta = node.all(Delta.class);
            assertThat(delta).hasSize(1);
            assertThat(delta.getFirst().changed())
                    .extracting(state -> state.name().value() + state.deployment().stableVersion())
                    .containsExactly("busy1");
            assertThat(delta.getFirst().removed()).isEmpty();
            assertThat(node.signed.getLast().frame().length()).isLessThan(wholeBytes() / 10);
        }
    }

    @Test
    void whatItMissedWhereMostStayedAsItWas() {
        for (int i = 0; i < 20; i++) {
            release("quiet-" + i, "a".repeat(5_000));
        }
        release("busy", "1");
        plane.postVersion("busy", module, Plane.manifest());
        Position before = whereANodeStood();
        for (int i = 0; i < MISSED; i++) {
            plane.deploy("busy", i % 2 == 0 ? 2 : 1, 10_000);
        }
        assertDelta(before);
        plane.close();
        plane = Plane.start(folder);
        assertDelta(before);
    }

    @Test
    void theWholeWhereMostHasGone() {
        release("kept", "1");
        Position before = whereANodeStood();
        for (int i = 0; i < MISSED / 2; i++) {
            String name = "function-with-a-long-name-" + i;
            release(name, "1");
            plane.delete("/v1/functions/" + name);
        }
        try (var node = back(before)) {
            node.awaitRevision(before.revision() + MISSED);
            assertThat(node.all(Delta.class)).isEmpty();
            assertThat(node.first(Snapshot.class).functions())
                    .extracting(state -> state.name())
                    .containsExactly(new FunctionName("kept"));
            assertThat(node.signed.getLast().frame()).hasSize(wholeBytes());
        }
    }

    @Test
    void theWholeWhereNothingStayedAsItWas() {
        release("only", "1");
        Position before = whereANodeStood();
        release("only", "2");
        try (var node = back(before)) {
            node.awaitRevision(before.revision() + 1);
            assertThat(node.signed.getLast().frame()).hasSize(wholeBytes());
        }
    }
}

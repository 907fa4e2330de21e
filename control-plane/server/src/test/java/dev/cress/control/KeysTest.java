package dev.cress.control;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;

import dev.cress.contract.AnnouncedKey;
import dev.cress.contract.Api.KeyRotated;
import dev.cress.contract.ControlFrame.Keys;
import dev.cress.contract.ControlFrame.Snapshot;
import dev.cress.contract.ControlFrame.Welcome;
import dev.cress.contract.SignedFrame;
import dev.cress.control.store.Engine;
import dev.cress.identity.KnownKeys;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// What nodes are told is signed, and stays believable when keys change.
@Timeout(60)
class KeysTest {
    @TempDir private Path folder;

    private KnownKeys knowing(List<AnnouncedKey> keys) {
        return KnownKeys.open(
                folder.resolve("keys.json"), keys.stream().map(AnnouncedKey::key).toList());
    }

    private static boolean isBelieved(KnownKeys known, SignedFrame signed)
            throws JsonProcessingException {
        return known.read(signed.text()).isBelieved();
    }

    @Test
    void everySnapshotAndDeltaIsSigned() throws JsonProcessingException {
        try (var plane = Plane.start(folder.resolve("control"));
                var node = plane.node("fra-1")) {
            node.first(Snapshot.class);
            plane.deployed("hello", 1);
            node.awaitRevision(1);
            assertThat(node.signed).hasSize(2);
            var known = knowing(node.first(Welcome.class).keys());
            for (SignedFrame signed : node.signed) {
                assertThat(isBelieved(known, signed)).isTrue();
            }
        }
    }

    @Test
    void nodesHearOfAnotherKeyBeforeWhatItSignsAndThroughARestart() throws JsonProcessingException {
        List<AnnouncedKey> first;
        try (var plane = Plane.start(folder.resolve("control"));
                var node = plane.node("fra-1")) {
            first = node.first(Welcome.class).keys();
            node.first(Snapshot.class);
            Reply rotated = plane.post("/v1/keys/rotate", "");
            assertThat(rotated.status()).as(rotated.text()).isEqualTo(200);
            plane.deployed("hello", 1);
            node.awaitRevision(1);
            assertThat(node.frames().getLast()).isNotInstanceOf(Keys.class);
            assertThat(node.signed.getLast().key())
                    .isEqualTo(rotated.as(KeyRotated.class).key().id())
                    .isNotEqualTo(first.getFirst().key().id());
        }
        try (var plane = Plane.start(folder.resolve("control"));
                var late = plane.node("iad-1")) {
            late.awaitRevision(1);
            var known = knowing(first);
            assertThat(isBelieved(known, late.signed.getLast())).isFalse();
            assertThat(known.take(late.first(Welcome.class).keys())).isTrue();
            assertThat(isBelieved(known, late.signed.getLast())).isTrue();
        }
    }

    @Test
    void aKeyThatOneRotatedSignsAtTheOtherToo() {
        String url = Engine.freshUrl();
        try (var one = Plane.start(folder.resolve("one"), config -> config.withStore(url));
                var other = Plane.start(folder.resolve("other"), config -> config.withStore(url));
                var node = other.node("fra-1")) {
            node.first(Snapshot.class);
            var rotated = one.post("/v1/keys/rotate", "").as(KeyRotated.class);
            var keys = node.first(Keys.class).keys();
            assertThat(keys).hasSize(2);
            other.deployed("hello", 1);
            node.awaitRevision(1);
            assertThat(node.signed.getLast().key()).isEqualTo(rotated.key().id());
        }
    }

    @Test
    void keysThatOverlapAreBounded() {
        try (var plane = Plane.start(folder.resolve("control"))) {
            var codes =
                    Stream.generate(() -> plane.post("/v1/keys/rotate", "").status())
                            .limit(20)
                            .toList();
            assertThat(codes.subList(0, 19)).containsOnly(200);
            assertThat(codes.getLast()).isEqualTo(409);
        }
    }
}

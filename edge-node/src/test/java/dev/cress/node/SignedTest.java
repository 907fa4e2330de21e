package dev.cress.node;

import static dev.cress.node.Functions.delta;
import static dev.cress.node.Functions.function;
import static dev.cress.node.Functions.greeting;
import static dev.cress.node.Functions.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cress.contract.AnnouncedKey;
import dev.cress.contract.ControlFrame;
import dev.cress.contract.Json;
import dev.cress.contract.NodeFrame.Ack;
import dev.cress.contract.NodeFrame.Draining;
import dev.cress.contract.NodeFrame.Nack;
import dev.cress.contract.Version;
import dev.cress.identity.SigningKey;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/// Whose word a node takes.
class SignedTest {
    private static final byte[] HELLO = Functions.example("hello");
    private static final Version V1 = greeting(1, HELLO, "Hello");
    private static final Version V2 = greeting(2, HELLO, "Moin");
    private static final ControlFrame FIRST = snapshot(1, function("hello", 1, V1));
    private static final ControlFrame SECOND = delta(1, 2, function("hello", 2, V1, V2));

    @TempDir private Path data;
    private final FakeControlPlane control = new FakeControlPlane();
    private final SigningKey key = SigningKey.fresh(null);
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

    private FakeSession welcomed(AnnouncedKey... keys) {
        FakeSession session = control.session();
        session.send(new ControlFrame.Welcome("router-key", List.of(keys)));
        return session;
    }

    private static String signed(SigningKey by, ControlFrame frame) {
        return by.sign(Json.write(frame));
    }

    private FakeSession toldOfTheFirst() {
        FakeSession session = welcomed(key.announced());
        session.sendText(signed(key, FIRST));
        assertThat(session.next(Ack.class).revision()).isEqualTo(1);
        session.serving("hello", 1);
        return session;
    }

    private void assertLeftAside(FakeSession session, String message) {
        session.sendText(message);
        assertThat(session.next(Nack.class).reason()).contains("signature");
    }

    @Test
    void whatNoKnownKeySignedIsNotRecordedAndIsCounted() throws IOException {
        FakeSession session = toldOfTheFirst();
        assertLeftAside(session, Json.write(SECOND));
        assertLeftAside(session, signed(SigningKey.fresh(null), SECOND));
        String good = signed(key, SECOND);
        assertLeftAside(session, good.replace("Moin", "Evil"));
        assertLeftAside(session, good.replaceFirst("\"signature\":\".", "\"signature\":\"_"));
        assertThat(node.get("hello", "/")).contains("Hello from");
        assertThat(node.admin("/metrics")).contains("cress_control_forged_total 4.0");

        session.sendText(good);
        assertThat(session.next(Ack.class).revision()).isEqualTo(2);
    }

    @Test
    void aKeyForWhichAKnownOneVouchesTakesOver() {
        FakeSession session = toldOfTheFirst();
        SigningKey next = SigningKey.fresh(key);
        session.send(new ControlFrame.Keys(List.of(key.announced(), next.announced())));
        session.sendText(signed(next, SECOND));
        assertThat(session.next(Ack.class).revision()).isEqualTo(2);
    }

    @Test
    void aNodeThatWasAwayFollowsFromKeyToKey() {
        toldOfTheFirst();
        node.close();
        node = new RunningNode(data, control.url(), RunningNode.LIMITS);
        SigningKey second = SigningKey.fresh(key);
        SigningKey third = SigningKey.fresh(second);
        FakeSession session = welcomed(key.announced(), second.announced(), third.announced());
        session.sendText(signed(third, SECOND));
        assertThat(session.next(Ack.class).revision()).isEqualTo(2);
    }

    @Test
    void withAControlPlaneOfOtherKeysNothingIsSpokenAfterTheFirst() throws IOException {
        toldOfTheFirst();
        node.close();
        node = new RunningNode(data, control.url(), RunningNode.LIMITS);
        SigningKey another = SigningKey.fresh(null);
        welcomed(another.announced()).sendText(signed(another, SECOND));
        // it comes anew, and takes the word of whom it knows
        FakeSession session = welcomed(key.announced());
        assertThat(node.admin("/metrics")).contains("cress_control_forged_total 1.0");
        session.sendText(signed(key, SECOND));
        assertThat(session.next(Ack.class).revision()).isEqualTo(2);
        session.serving("hello", 2);
    }

    @Test
    void aNodeThatIsToldToDrainTakesNothingNewAndSaysSoInEachSession() throws IOException {
        FakeSession session = toldOfTheFirst();
        node.awaitServing();
        session.send(new ControlFrame.Drain());
        session.next(Draining.class);
        assertThat(node.get("hello", "/")).contains(" 503 ", "x-cress-error: unavailable");
        session.close(1001);
        welcomed(key.announced()).next(Draining.class);
    }
}

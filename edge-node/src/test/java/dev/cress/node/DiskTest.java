package dev.cress.node;

import static dev.cress.node.Functions.at;
import static dev.cress.node.Functions.delta;
import static dev.cress.node.Functions.function;
import static dev.cress.node.Functions.greeting;
import static dev.cress.node.Functions.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cress.contract.FunctionState;
import dev.cress.contract.NodeFrame.Ack;
import dev.cress.contract.Position;
import dev.cress.contract.Version;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// A disk that fails a node. Each test begins with `hello` version 1 serving at revision 1.
class DiskTest {
    private static final byte[] HELLO = Functions.example("hello");
    private static final Version V1 = greeting(1, HELLO, "Hello");
    private static final FunctionState FIRST = function("hello", 1, V1);
    private static final FunctionState SECOND =
            function("hello", 2, V1, greeting(2, HELLO, "Moin"));

    @TempDir private Path folder;
    private Path data;
    private final FakeControlPlane control = new FakeControlPlane();
    private RunningNode node;
    private FakeSession session;

    @BeforeEach
    void start() {
        data = folder.resolve("node");
        control.has(HELLO);
        node = new RunningNode(data, control.url(), RunningNode.LIMITS);
        session = control.welcomed();
        session.send(snapshot(1, FIRST));
        session.next(Ack.class);
        session.serving("hello", 1);
        node.awaitServing();
    }

    @AfterEach
    void stop() {
        node.close();
        control.close();
    }

    /// Nothing can be written below a file.
    private void breakDisk() throws IOException {
        Files.move(data.resolve("functions"), folder.resolve("aside"));
        Files.createFile(data.resolve("functions"));
    }

    private void mendDisk() throws IOException {
        Files.delete(data.resolve("functions"));
        Files.move(folder.resolve("aside"), data.resolve("functions"));
    }

    private void startAgain() {
        node = new RunningNode(data, control.url(), RunningNode.LIMITS);
    }

    @Test
    void doesNotAcknowledgeWhatItCannotRecordAndGoesOnServing() throws IOException {
        breakDisk();
        session.send(delta(1, 2, SECOND));
        session.awaitEnd();
        assertThat(session.unread()).doesNotHaveAnyElementsOfTypes(Ack.class);
        assertThat(node.get("hello", "/")).contains("200 OK", "Hello from");
        assertThat(control.session().hello().resume()).isEqualTo(at(1));
    }

    @Test
    void acknowledgesTheRevisionOnceTheDiskIsMended() throws IOException {
        breakDisk();
        session.send(delta(1, 2, SECOND));
        session.awaitEnd();
        mendDisk();
        session = control.welcomed();
        session.send(delta(1, 2, SECOND));
        assertThat(session.next(Ack.class).revision()).isEqualTo(2);
        session.serving("hello", 2);
        node.awaitAnswer("hello", "Moin from");
        node.close();
        control.stop();
        startAgain();
        node.awaitAnswer("hello", "Moin from");
    }

    @Test
    void aFunctionThatCouldNotBeDeletedIsDeletedByTheNextSnapshot() throws IOException {
        Path hello = data.resolve("functions/hello.json");
        Files.delete(hello);
        Files.createDirectory(hello);
        Files.createFile(hello.resolve("inside"));
        session.send(snapshot(2));
        session.awaitEnd();
        Files.delete(hello.resolve("inside"));
        session = control.welcomed();
        session.send(snapshot(2));
        assertThat(session.next(Ack.class).revision()).isEqualTo(2);
        assertThat(hello).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{\"target\": {\"name\": \"he", "null", "{}", "\0\0\0\0"})
    void asksForEverythingWhenItsDiskCannotBeRead(String spoiled) throws IOException {
        node.close();
        Files.writeString(data.resolve("functions/hello.json"), spoiled);
        startAgain();
        session = control.welcomed();
        assertThat(session.hello().resume()).isEqualTo(Position.NOWHERE);
        control.lies(V1, new byte[0]);
        session.send(snapshot(2, SECOND));
        session.next(Ack.class);
        node.awaitAnswer("hello", "Moin from");
        node.close();
        control.stop();
        startAgain();
        node.awaitAnswer("hello", "Moin from");
    }

    @Test
    void aSpoiledFunctionThatIsGoneSpoilsNoLaterRestart() throws IOException {
        session.send(delta(1, 2, function("other", 1, V1)));
        session.serving("other", 1);
        node.close();
        Files.writeString(data.resolve("functions/hello.json"), "");
        startAgain();
        session = control.welcomed();
        session.send(snapshot(3, function("other", 1, V1)));
        session.next(Ack.class);
        node.close();
        startAgain();
        assertThat(control.session().hello().resume()).isEqualTo(at(3));
    }

    @Test
    void startsWithASpoiledPosition() throws IOException {
        node.close();
        Files.writeString(data.resolve("position.json"), "null");
        startAgain();
        assertThat(control.session().hello().resume()).isEqualTo(Position.NOWHERE);
    }
}

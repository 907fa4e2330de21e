package dev.cress.node;

import static dev.cress.node.Functions.function;
import static dev.cress.node.Functions.snapshot;
import static dev.cress.node.Functions.version;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import static java.util.concurrent.TimeUnit.SECONDS;

import dev.cress.contract.ControlFrame.Welcome;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/// Whom a node believes, as the control plane tells it. Each test begins with `hello` serving and
/// the key `first`.
class RouterKeyTest {
    private static final byte[] HELLO = Functions.example("hello");

    @TempDir private Path data;
    private final FakeControlPlane control = new FakeControlPlane();
    private RunningNode node;
    private FakeSession session;

    @BeforeEach
    void start() {
        control.has(HELLO);
        node = new RunningNode(data, control.url(), RunningNode.LIMITS);
        session = control.session();
        session.send(new Welcome("first"));
        session.send(snapshot(1, function("hello", 1, version(1, HELLO))));
        session.serving("hello", 1);
        node.awaitServing();
    }

    @AfterEach
    void stop() {
        node.close();
        control.close();
    }

    private String asRouter(String key) throws IOException {
        return node.get(
                "hello",
                "/",
                "x-cress-router-key: " + key,
                "x-cress-client-country: DE",
                "x-cress-client-address: 46.4.0.1",
                "x-request-id: the-routers");
    }

    private void awaitOnDisk(String key) {
        await().atMost(10, SECONDS)
                .until(() -> Files.readString(data.resolve("router.key")).equals(key));
    }

    @Test
    void believesARouterThatShowsTheKeyOfTheWelcome() throws IOException {
        assertThat(asRouter("first")).contains("Germany (DE)", "x-request-id: the-routers");
    }

    @Test
    void believesNobodyElse() throws IOException {
        for (String key : new String[] {"second", "", "firs", "first "}) {
            assertThat(asRouter(key + "x"))
                    .contains("can't tell where you are")
                    .doesNotContain("the-routers");
        }
    }

    @Test
    void believesOnlyTheNewKeyAfterANewWelcome() throws IOException {
        session.close(1001);
        session = control.session();
        session.send(new Welcome("second"));
        session.serving("hello", 1);
        assertThat(asRouter("second")).contains("Germany (DE)");
        assertThat(asRouter("first")).contains("can't tell where you are");
        awaitOnDisk("second");
    }

    @Test
    void knowsTheKeyAfterARestartWithoutAControlPlane() throws IOException {
        awaitOnDisk("first");
        node.close();
        control.stop();
        node = new RunningNode(data, control.url(), RunningNode.LIMITS).awaitServing();
        assertThat(asRouter("first")).contains("Germany (DE)");
    }

    @Test
    void keepsTheKeyFromOtherUsersOfTheMachine() throws IOException {
        awaitOnDisk("first");
        assertThat(Files.getPosixFilePermissions(data.resolve("router.key")))
                .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    }

    @Test
    void believesNobodyBeforeTheFirstWelcome(@TempDir Path fresh) throws IOException {
        node.close();
        node = new RunningNode(fresh, control.url(), RunningNode.LIMITS);
        assertThat(node.get("hello", "/.well-known/cress/health", "x-cress-router-key: "))
                .doesNotContain("\r\n\r\nstarting");
    }
}

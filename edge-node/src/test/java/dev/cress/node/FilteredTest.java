package dev.cress.node;

import static dev.cress.node.Functions.delta;
import static dev.cress.node.Functions.function;
import static dev.cress.node.Functions.snapshot;
import static dev.cress.node.Functions.version;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cress.contract.ControlFrame.Follow;
import dev.cress.contract.Filter;
import dev.cress.contract.FunctionName;
import dev.cress.contract.Manifest;
import dev.cress.contract.NodeFrame.Ack;
import dev.cress.contract.NodeFrame.Logs;
import dev.cress.contract.NodeFrame.LogsSent;
import dev.cress.contract.NodeFrame.Staging;
import dev.cress.contract.Sha256;
import dev.cress.contract.StagingState;
import dev.cress.contract.Version;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// A version with a filter in front of it: `hello` behind `guard`.
class FilteredTest {
    private static final byte[] HELLO = Functions.example("hello");
    private static final byte[] GUARD = Functions.example("guard");
    private static final Map<String, String> TOKEN = Map.of("TOKEN", "sesame");
    private static final String WORD = "authorization: Bearer sesame";

    @TempDir private Path data;
    private final FakeControlPlane control = new FakeControlPlane();
    private RunningNode node;
    private FakeSession session;

    @BeforeEach
    void start() {
        control.has(HELLO);
        control.has(GUARD);
        node = new RunningNode(data, control.url(), RunningNode.LIMITS);
        session = control.welcomed();
    }

    @AfterEach
    void stop() {
        node.close();
        control.close();
    }

    private static Version guarded(int number, byte[] guard, Map<String, String> config) {
        var plain = version(number, HELLO);
        var filter = new Filter(Sha256.of(guard), guard.length, config);
        Manifest manifest = plain.manifest().with(List.of(filter));
        return new Version(number, plain.module(), plain.moduleBytes(), manifest, 0);
    }

    private void serve() {
        session.send(snapshot(1, function("hello", 1, guarded(1, GUARD, TOKEN))));
        session.serving("hello", 1);
        node.awaitServing();
    }

    private void assertGuarded() throws IOException {
        assertThat(node.get("hello", "/")).contains("401", "www-authenticate", "Who goes there?");
        assertThat(node.get("hello", "/", WORD))
                .contains("200 OK", "vary: authorization", "Hello from fra");
    }

    @Test
    void theFilterStandsInFrontAlsoAfterARestartWithoutTheControlPlane() throws IOException {
        serve();
        assertGuarded();
        node.close();
        control.stop();
        node = new RunningNode(data, control.url(), RunningNode.LIMITS).awaitServing();
        assertGuarded();
    }

    @Test
    void aFiltersModuleIsKeptForAsLongAsAVersionNamesIt() throws IOException {
        serve();
        Path module = data.resolve("modules/" + Sha256.of(GUARD).hex() + ".wasm");
        session.send(delta(1, 2));
        session.next(Ack.class, ack -> ack.revision() == 2);
        assertThat(module).exists();
        session.send(delta(2, 3, function("hello", 2, version(2, HELLO))));
        session.serving("hello", 2);
        session.send(delta(3, 4));
        session.next(Ack.class, ack -> ack.revision() == 4);
        assertThat(module).doesNotExist();
        assertThat(node.get("hello", "/")).contains("200 OK");
    }

    @Test
    void aVersionWaitsForItsFilters() {
        byte[] other = Functions.variant(GUARD, "other");
        session.send(snapshot(1, function("hello", 1, guarded(1, other, TOKEN))));
        session.next(
                Staging.class,
                s -> s.state() == StagingState.PENDING && s.reason().contains("404"));
        control.has(other);
        session.serving("hello", 1);
    }

    @Test
    void aFilterThatFailsIsNamedInTheLog() throws IOException {
        // without a TOKEN the guard can't know what to ask for
        session.send(snapshot(1, function("hello", 1, guarded(1, GUARD, Map.of()))));
        session.serving("hello", 1);
        node.awaitServing();
        session.send(new Follow("owner", new FunctionName("hello"), 0, true));
        session.next(LogsSent.class);
        assertThat(node.get("hello", "/")).contains("500", "guest-trap");
        assertThat(session.next(Logs.class).entries().getFirst().detail()).startsWith("filter 1: ");
    }
}

package dev.cress.node;

import static dev.cress.node.Functions.delta;
import static dev.cress.node.Functions.function;
import static dev.cress.node.Functions.greeting;
import static dev.cress.node.Functions.snapshot;
import static dev.cress.node.Functions.variant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.cress.contract.ControlFrame.Moved;
import dev.cress.contract.FunctionName;
import dev.cress.contract.FunctionState;
import dev.cress.contract.Manifest;
import dev.cress.contract.NodeFrame.Ack;
import dev.cress.contract.NodeFrame.Serving;
import dev.cress.contract.NodeFrame.Staging;
import dev.cress.contract.Placement;
import dev.cress.contract.Route;
import dev.cress.contract.Share;
import dev.cress.contract.StagingState;
import dev.cress.contract.Version;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/// What a node in `fra` has of functions that aren't everywhere.
class PlacementTest {
    private static final byte[] HELLO = Functions.example("hello");
    private static final byte[] NEXT = variant(HELLO, "next");
    private static final Version HERE = in(greeting(1, HELLO, "Hello"), "fra");
    private static final Version THERE = in(greeting(2, NEXT, "Moin"), "iad");
    private static final FunctionState FIRST = function("hello", 1, HERE);
    private static final FunctionState MOVING = function("hello", 2, HERE, THERE);
    private static final String ROUTER = "x-cress-router-key: " + FakeControlPlane.ROUTER_KEY;

    @TempDir private Path data;
    private final FakeControlPlane control = new FakeControlPlane();
    private RunningNode node;
    private FakeSession session;

    private static Version in(Version version, String... regions) {
        var manifest = version.manifest().with(new Placement(List.of(regions)));
        return new Version(version.number(), version.module(), version.moduleBytes(), manifest, 0);
    }

    private static Version at(Version version, String host) {
        var manifest = version.manifest();
        var routed =
                new Manifest(
                                manifest.abi(),
                                List.of(new Route(host, "/*")),
                                manifest.limits(),
                                manifest.config(),
                                manifest.warmup())
                        .with(manifest.placement());
        return new Version(version.number(), version.module(), version.moduleBytes(), routed, 0);
    }

    @BeforeEach
    void start() {
        control.has(HELLO);
        control.has(NEXT);
        node = new RunningNode(data, control.url(), RunningNode.LIMITS);
        session = control.welcomed();
    }

    @AfterEach
    void stop() {
        node.close();
        control.close();
    }

    private void restart() {
        node.close();
        node = new RunningNode(data, control.url(), RunningNode.LIMITS).awaitServing();
        session = control.welcomed();
    }

    private List<String> modules() throws IOException {
        try (var files = Files.list(data.resolve("modules"))) {
            return files.map(p -> p.getFileName().toString()).collect(Collectors.toList());
        }
    }

    private void serveFirst() {
        session.send(snapshot(1, FIRST));
        session.serving("hello", 1);
        node.awaitAnswer("hello", "Hello from");
        control.asked();
    }

    @Test
    void hasNothingOfWhatIsPlacedElsewhereAndSaysWhere() throws IOException {
        session.send(snapshot(1, function("hello", 1, at(THERE, "www.example.com"))));
        session.next(Ack.class);
        node.awaitServing();
        for (String host : List.of("Host: hello.localhost", "Host: www.example.com")) {
            String request = "GET / HTTP/1.1\r\n" + host + "\r\nConnection: close\r\n";
            assertThat(node.send(request + "\r\n"))
                    .contains("503", "x-cress-error: unavailable")
                    .contains("hello is placed in iad, and this node is in fra")
                    .doesNotContain("x-cress-regions");
            assertThat(node.send(request + ROUTER + "\r\n\r\n"))
                    .contains("x-cress-regions: iad", "x-cress-function: hello");
        }
        assertThat(node.get("v2--hello", "/", ROUTER)).contains("x-cress-regions: iad");
        assertThat(node.get("v3--hello", "/", ROUTER)).contains("no-route");
        assertThat(session.unread()).doesNotHaveAnyElementsOfTypes(Staging.class, Serving.class);
        assertThat(modules()).isEmpty();
        restart();
        assertThat(node.get("hello", "/")).contains("hello is placed in iad");
    }

    @Test
    void servesOnUntilItsFunctionHasMovedAndThenHasNothingLeft() throws IOException {
        serveFirst();
        session.send(delta(1, 2, MOVING));
        session.next(Ack.class, ack -> ack.revision() == 2);
        assertThat(node.get("hello", "/")).contains("Hello from");
        restart();
        node.awaitAnswer("hello", "Hello from");
        session.serving("hello", 1);
        session.send(new Moved(new FunctionName("hello"), 1));
        session.send(new Moved(new FunctionName("other"), 2));
        session.send(delta(2, 3));
        session.next(Ack.class, ack -> ack.revision() == 3);
        assertThat(node.get("hello", "/")).as("what moved is another deployment").contains("200");
        session.send(new Moved(new FunctionName("hello"), 2));
        session.serving("hello", 0);
        node.awaitAnswer("hello", "hello is placed in iad");
        await().until(() -> modules().isEmpty());
        restart();
        assertThat(node.get("hello", "/")).contains("hello is placed in iad");
        assertThat(modules()).isEmpty();
    }

    @Test
    void aFunctionThatComesBackIsFetchedAgain() {
        serveFirst();
        session.send(delta(1, 2, MOVING));
        session.send(new Moved(new FunctionName("hello"), 2));
        session.serving("hello", 0);
        session.send(delta(2, 3, function("hello", 3, THERE, HERE)));
        session.staging("hello", 1, StagingState.STAGED);
        session.serving("hello", 3);
        node.awaitAnswer("hello", "Hello from");
        assertThat(control.asked()).isEqualTo(HERE.module());
    }

    @Test
    void ofTwoVersionsThatOnePlacedHereGetsEverything() throws IOException {
        List<Share> shares = List.of(new Share(2, 9_000), new Share(1, 1_000));
        session.send(snapshot(1, function("hello", 1, shares, HERE, at(THERE, "www.example.com"))));
        session.serving("hello", 1);
        node.awaitServing();
        for (int i = 0; i < 50; i++) {
            assertThat(node.get("hello", "/", "x-cress-affinity: k" + i))
                    .contains("x-cress-version: 1");
        }
        assertThat(node.get("v2--hello", "/", ROUTER)).contains("x-cress-regions: iad");
        String request = "GET / HTTP/1.1\r\nHost: www.example.com\r\nConnection: close\r\n\r\n";
        assertThat(node.send(request)).contains("hello is placed in iad");
        assertThat(control.asked()).isEqualTo(HERE.module());
        assertThat(modules()).doesNotContain(THERE.module() + ".wasm");
        assertThat(session.unread())
                .noneMatch(frame -> frame instanceof Staging staging && staging.version() == 2);
    }
}

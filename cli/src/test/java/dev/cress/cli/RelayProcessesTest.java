package dev.cress.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import static java.util.concurrent.TimeUnit.SECONDS;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/// A relay in a process of its own, which speaks TLS with its control plane and with its nodes.
@Timeout(180)
@Order(Integer.MAX_VALUE - 1)
class RelayProcessesTest {
    @TempDir private Path folder;
    private final List<Part> parts = new ArrayList<>();
    private Part control;

    @BeforeEach
    void startAControlPlane() throws Exception {
        control = part("control-plane", "--control-port", "0", "--tls");
        control.awaitReady();
    }

    @AfterEach
    void endEveryProcess() throws InterruptedException {
        for (Part part : parts) {
            part.kill();
        }
    }

    private Part part(String... args) throws IOException {
        var part = new Part(folder, args);
        parts.add(part);
        return part;
    }

    private String cress(String... args) throws IOException {
        var known = new KnownFleets(Map.of("XDG_CONFIG_HOME", folder.resolve("config").toString()));
        String authority = known.find(URI.create(control.address())).orElseThrow().authority();
        List<String> all = new ArrayList<>(List.of(args));
        all.addAll(List.of("--control", control.address(), "--ca", authority));
        all.addAll(List.of("--token", Files.readString(folder.resolve("operator.token")).strip()));
        Cli done = Cli.run(all.toArray(String[]::new));
        assertThat(done.exitCode()).as(done.err()).isZero();
        return done.out().strip();
    }

    private Part joined(String role, String region, String... options) throws IOException {
        String join = cress("node", "join-token", "--region", region, "--role", role);
        List<String> all = new ArrayList<>(List.of(role, "--port", "0", "--join", join));
        all.addAll(List.of(options));
        return part(all.toArray(String[]::new));
    }

    private static String answer(Part node) throws IOException {
        return RawHttp.get(node.port(), "/", "Host: hello.localhost");
    }

    private void awaitStatus(String... words) {
        await().atMost(20, SECONDS)
                .untilAsserted(() -> assertThat(cress("status").lines()).anyMatch(has(words)));
    }

    private static Predicate<String> has(String... words) {
        return line -> List.of(words).stream().allMatch(line::contains);
    }

    @Test
    void aNodeGoesToTheControlPlaneItselfWhileItsRelayIsGone() throws Exception {
        Part relay = joined("relay", "fra");
        relay.awaitReady();
        String ways = relay.address() + "," + control.address();
        Part fra = joined("node", "fra", "--region", "fra", "--control", ways);
        fra.awaitReady();
        cress("deploy", "hello", LocalFleet.module("hello").toString());
        awaitStatus("fra-1", "connected", "relay-1");

        relay.kill();
        await().atMost(20, SECONDS)
                .untilAsserted(
                        () ->
                                assertThat(cress("status").lines())
                                        .anyMatch(has("fra-1", "connected"))
                                        .noneMatch(has("fra-1", "relay-1")));
        // a module of its own, which must come from where the session is now
        String markdown = LocalFleet.module("markdown").toString();
        assertThat(cress("deploy", "markdown", markdown)).contains("serving on fra-1");

        relay.startAgain();
        await().atMost(40, SECONDS)
                .untilAsserted(
                        () ->
                                assertThat(cress("status").lines())
                                        .anyMatch(has("fra-1", "connected", "relay-1")));
        assertThat(cress("deploy", "again", LocalFleet.module("hello").toString()))
                .contains("serving on fra-1");

        relay.kill();
        control.kill();
        assertThat(answer(fra)).contains("Hello from fra");
        control.startAgain();
        awaitStatus("fra-1", "connected");
    }

    @Test
    void nodesOfAnyRegionHangOffItWhileItLivesAndAfterItCameBack() throws Exception {
        Part relay = joined("relay", "fra");
        relay.awaitReady();
        String[] toRelay = {"--control", relay.address()};
        Part fra = joined("node", "fra", "--region", "fra", toRelay[0], toRelay[1]);
        Part iad = joined("node", "iad", "--region", "iad", toRelay[0], toRelay[1]);
        fra.awaitReady();
        iad.awaitReady();
        awaitStatus("relay relay-1", "nodes connected: 2");
        cress("deploy", "hello", LocalFleet.module("hello").toString());
        assertThat(answer(fra)).contains("Hello from fra");
        assertThat(answer(iad)).contains("Hello from iad");
        assertThat(cress("status").lines())
                .anyMatch(has("fra-1", "connected", "relay-1"))
                .anyMatch(has("iad-1", "connected", "relay-1"));
        assertThat(cress("node", "list")).contains("relay-1", "relay ");

        relay.kill();
        awaitStatus("fra-1", "offline");
        assertThat(answer(fra)).contains("Hello from fra");
        relay.startAgain();
        awaitStatus("relay relay-1", "nodes connected: 2");

        assertThat(cress("node", "remove", "iad-1")).contains("iad-1 in region iad removed");
        awaitStatus("relay relay-1", "nodes connected: 1");
        assertThat(answer(iad)).contains("Hello from iad");

        assertThat(cress("node", "remove", "relay-1")).contains("relay-1 in region fra removed");
        awaitStatus("fra-1", "offline");
        assertThat(cress("status")).doesNotContain("relay relay-1");
    }
}

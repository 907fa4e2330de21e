package dev.cress.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.cress.contract.Sha256;
import dev.cress.node.EdgeNode;
import dev.cress.node.config.NodeConfig;
import dev.cress.node.config.NodeConfig.NodeLimits;
import dev.cress.relay.Relay;
import dev.cress.relay.RelayConfig;
import dev.cress.wasm.WasmHost;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Real nodes behind a relay, beside `fra-1` and `iad-1`, which are not.
@Timeout(120)
class RelayedNodesTest {
    private static final Path HELLO = LocalFleet.module("hello");

    @TempDir private Path folder;
    private LocalFleet local;
    private WasmHost host;
    private Relay relay;
    private String token;
    private final List<EdgeNode> nodes = new ArrayList<>();

    @BeforeEach
    void start() throws IOException {
        local = new LocalFleet(folder.resolve("fleet"));
        host = WasmHost.forAnybodysModules(folder.resolve("images"));
        token = local.cress("token", "create", "relays", "--scope", "join").out().strip();
        relay = startRelay(0);
    }

    private Relay startRelay(int port) {
        var made =
                Relay.start(
                        RelayConfig.of(
                                        "relay-1",
                                        local.fleet.controlUrl(),
                                        token,
                                        folder.resolve("relay"))
                                .withListen("127.0.0.1", port, 0));
        await().atMost(LocalFleet.SOON).until(made::isConnected);
        return made;
    }

    @AfterEach
    void stop() {
        nodes.forEach(EdgeNode::close);
        relay.close();
        host.close();
        local.close();
    }

    private EdgeNode node(String name) {
        var node =
                EdgeNode.start(
                        new NodeConfig(
                                name,
                                "ams",
                                52.4,
                                4.9,
                                relay.url(),
                                token,
                                folder.resolve("nodes").resolve(name),
                                "localhost",
                                "127.0.0.1",
                                0,
                                0,
                                Optional.empty(),
                                NodeLimits.DEFAULT.withWarmUp(Duration.ofMillis(100))),
                        host);
        nodes.add(node);
        await().atMost(LocalFleet.SOON).until(node::isServing);
        return node;
    }

    private static String hello(EdgeNode node) throws IOException {
        return RawHttp.get(node.port(), "/", "Host: hello.localhost");
    }

    private Metrics ofTheRelay() throws IOException {
        return Metrics.parse(
                local.get(URI.create("http://127.0.0.1:" + relay.adminPort() + "/metrics")));
    }

    private Stream<String> status() {
        return local.cress("status").out().lines();
    }

    @Test
    void aDeployReachesEveryNodeAndModuleAndImageTheRelayOnce() throws IOException {
        node("ams-1");
        node("ams-2");
        node("ams-3");
        await().atMost(LocalFleet.SOON).until(() -> relay.nodes() == 3);
        local.deploy("hello", HELLO);
        for (EdgeNode node : nodes) {
            assertThat(hello(node)).contains("Hello from ams");
        }
        assertThat(status())
                .filteredOn(line -> line.startsWith("ams-"))
                .hasSize(3)
                .allMatch(line -> line.contains(" connected ") && line.contains(" relay-1 "));
        // each node has the image before it serves, and the module soon after
        await().atMost(LocalFleet.SOON)
                .until(() -> ofTheRelay().count("cress_relay_blob_hits_total") == 4);
        assertThat(ofTheRelay().count("cress_relay_blob_misses_total")).isEqualTo(2);
        awaitGiven("/v1/modules/{}", 3);
        // the direct nodes share the control plane's folder of images
        awaitGiven("/v1/modules/{}/image/{}", 1);
        assertThat(local.cress("logs", "hello").exitCode()).isZero();
    }

    /// So many files of a kind are what the control plane gives out.
    private void awaitGiven(String path, long count) {
        await().atMost(LocalFleet.SOON)
                .untilAsserted(
                        () ->
                                assertThat(
                                                local.metricsOfTheControlPlane()
                                                        .count(
                                                                "cress_control_requests_seconds_count{endpoint=\"GET %s\",status=\"200\"}"
                                                                        .formatted(path)))
                                        .isEqualTo(count));
    }

    @Test
    void nodesServeWithoutTheRelayAndComeBackToIt() throws IOException {
        EdgeNode node = node("ams-1");
        local.deploy("hello", HELLO);
        int port = relay.port();
        relay.close();
        assertThat(hello(node)).contains("Hello from ams");
        await().atMost(LocalFleet.SOON)
                .until(() -> status().anyMatch(line -> line.matches("ams-1 .*offline.*")));
        relay = startRelay(port);
        await().atMost(LocalFleet.SOON).until(() -> relay.nodes() == 1);
        local.deploy("again", HELLO);
    }

    @Test
    void nodesComeBackWhenTheControlPlaneDoes() throws IOException {
        EdgeNode node = node("ams-1");
        local.deploy("hello", HELLO);
        local.fleet.stopControlPlane();
        await().atMost(LocalFleet.SOON).until(() -> relay.nodes() == 0);
        assertThat(hello(node)).contains("Hello from ams");
        local.fleet.startControlPlane();
        await().atMost(LocalFleet.SOON).until(() -> relay.nodes() == 1);
    }

    /// The relay was seen to hold the module, and was changed so that it doesn't notice. The image,
    /// which the control plane signed, serves meanwhile.
    @Test
    void aNodeKeepsNoModuleThatARelayForged() throws IOException {
        node("ams-1");
        local.deploy("hello", HELLO);
        Path modules = folder.resolve("nodes/ams-1/modules");
        await().atMost(LocalFleet.SOON).until(() -> count(modules) == 1);
        Path kept =
                folder.resolve("relay/blobs").resolve(Sha256.of(Files.readAllBytes(HELLO)).hex());
        FileTime time = Files.getLastModifiedTime(kept);
        byte[] forged = Files.readAllBytes(kept);
        forged[forged.length - 1]++;
        Files.write(kept, forged);
        Files.setLastModifiedTime(kept, time);
        node("ams-2");
        await().atMost(LocalFleet.SOON)
                .until(() -> ofTheRelay().count("cress_relay_blob_hits_total") >= 3);
        assertThat(count(folder.resolve("nodes/ams-2/modules"))).isZero();
        assertThat(hello(nodes.getLast())).contains("Hello from ams");
    }

    private static long count(Path modules) throws IOException {
        try (Stream<Path> files = Files.list(modules)) {
            return files.filter(file -> file.toString().endsWith(".wasm")).count();
        }
    }
}

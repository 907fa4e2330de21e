package dev.cress.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.cress.node.EdgeNode;
import dev.cress.node.config.NodeConfig.NodeLimits;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/// A fleet in this process, nodes `fra-1` and `iad-1`, that knows of what is deployed where.
final class LocalFleet implements AutoCloseable {
    static final Duration SOON = Duration.ofSeconds(20);

    final Fleet fleet;
    private final String token;
    private final HttpClient http = HttpClient.newHttpClient();

    LocalFleet(Path data) throws IOException {
        this(Fleet.Setup.forTest(data));
    }

    LocalFleet(Fleet.Setup setup) throws IOException {
        fleet = Fleet.start(setup);
        token = Files.readString(fleet.operatorTokenFile()).strip();
        await().atMost(SOON).until(fleet::isReady);
        awaitServing("fra-1", Load.IN_GERMANY);
        awaitServing("iad-1", Load.IN_THE_US);
    }

    /// What nodes give at most by default, but for the requests that wait per function.
    static NodeLimits queuing(int queuedPerFunction) {
        NodeLimits usual = NodeLimits.DEFAULT;
        return new NodeLimits(
                usual.guestThreads(),
                queuedPerFunction,
                usual.queueWait(),
                usual.requestBodyBytes(),
                usual.requestLineBytes(),
                usual.requestHeaderBytes(),
                usual.responseBodyBytes(),
                usual.responseHeaderBytes(),
                usual.logBytes(),
                usual.cpu(),
                usual.wall(),
                usual.memoryBytes(),
                usual.bufferedBodyBytes(),
                usual.connections(),
                usual.idle(),
                usual.drain(),
                usual.warmUp());
    }

    /// Waits until the router offers a client's requests to this node first, and it takes them.
    void awaitServing(String node, String client) {
        await().atMost(SOON)
                .untilAsserted(
                        () -> {
                            try (Wire wire = wire()) {
                                var answer = wire.get("/", Load.headers("nobody", client, "probe"));
                                assertThat(answer.error()).isEqualTo("no-route");
                                assertThat(answer.node()).isEqualTo(node);
                            }
                        });
    }

    /// A connection to the router.
    Wire wire() throws IOException {
        return new Wire(fleet.routerUrl().getPort());
    }

    EdgeNode node(String name) {
        return Objects.requireNonNull(fleet.nodes().get(name), name);
    }

    Cli cress(Object... args) {
        List<String> all = new ArrayList<>();
        for (Object arg : args) {
            all.add(arg.toString());
        }
        all.addAll(List.of("--control", fleet.controlUrl().toString(), "--token", token));
        return Cli.run(all.toArray(String[]::new));
    }

    /// Deploys on every node.
    void deploy(Object... args) {
        List<Object> all = new ArrayList<>(List.of("deploy"));
        all.addAll(List.of(args));
        Cli deployed = cress(all.toArray());
        assertThat(deployed.exitCode()).as(deployed.err()).isZero();
    }

    static Path module(String example) {
        return Sources.ROOT.resolve("examples").resolve(example).resolve(example + ".wasm");
    }

    Metrics metricsOf(String node) throws IOException {
        return metrics(URI.create("http://127.0.0.1:" + node(node).adminPort()));
    }

    Metrics metricsOfTheRouter() throws IOException {
        return metrics(fleet.routerAdminUrl());
    }

    Metrics metricsOfTheControlPlane() throws IOException {
        return metrics(fleet.controlUrl());
    }

    private Metrics metrics(URI program) throws IOException {
        return Metrics.parse(get(program.resolve("/metrics")));
    }

    /// The body of a GET, whatever its status.
    String get(URI url) throws IOException {
        try {
            return http.send(
                            HttpRequest.newBuilder(url).timeout(SOON).build(),
                            BodyHandlers.ofString())
                    .body();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    @Override
    public void close() {
        http.close();
        fleet.close();
    }
}

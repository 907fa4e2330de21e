package dev.cress.node.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.cress.contract.ControlFrame.Snapshot;
import dev.cress.contract.Deployment;
import dev.cress.contract.FunctionName;
import dev.cress.contract.FunctionState;
import dev.cress.contract.Limits;
import dev.cress.contract.Manifest;
import dev.cress.contract.Position;
import dev.cress.contract.Sha256;
import dev.cress.contract.Share;
import dev.cress.contract.TenantName;
import dev.cress.contract.Version;
import dev.cress.contract.Warmup;
import dev.cress.node.capability.NodeSecrets;
import dev.cress.node.config.NodeConfig.NodeLimits;
import dev.cress.node.serve.FunctionActivity;
import dev.cress.node.serve.GuestThreads;
import dev.cress.node.serve.RequestHandler.Place;
import dev.cress.node.serve.ServedVersion;
import dev.cress.wasm.WasmHost;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/// When a node runs a version for nobody: before it serves, unless it did already. A version that
/// ran has an isolate that waits for the next request.
@Timeout(60)
class HeatTest {
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final Duration LOOK_EVERY = Duration.ofMillis(5);
    private static final Warmup ONE_RUN = new Warmup("GET", "/ok", "", 1);
    private static final Warmup ENDLESS = new Warmup("GET", "/spin", "", 1);

    /// More than any warm-up may take.
    private static final Limits ENOUGH = new Limits(Limits.WALL_MS_MAX, Limits.WALL_MS_MAX, 0, 0);

    @TempDir private Path data;
    private final WasmHost host = WasmHost.withHalfTheHeap();
    private final GuestThreads threads = new GuestThreads("test", 1, 1);
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final byte[] module = runaway();

    private static byte[] runaway() {
        try {
            return Files.readAllBytes(
                    Path.of(System.getProperty("cress.root"), "examples/runaway/runaway.wasm"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @AfterEach
    void close() {
        threads.close();
        host.close();
    }

    /// What a node keeps and serves.
    private final class Node implements AutoCloseable {
        private final NodeStore store;
        private final NodeState state;

        Node(Duration warmUp) throws IOException {
            store = NodeStore.open(data);
            state =
                    new NodeState(
                            new Place("test", "fra"),
                            "localhost",
                            store,
                            (_, _, into) -> Files.write(into, module),
                            host,
                            NodeLimits.DEFAULT.withWarmUp(warmUp),
                            new NodeSecrets(Optional.empty(), data, "test"),
                            name ->
                                    new FunctionActivity(
                                            name, threads.lane(TenantName.DEFAULT), registry));
            state.load();
        }

        void tell(FunctionState... functions) {
            var position = new Position("epoch", 1, "hash");
            state.apply(new Snapshot(position, List.of(functions))).join();
        }

        Optional<ServedVersion> staged(String function, int version) {
            return state.routes()
                    .find(function + ".localhost", "/")
                    .map(match -> match.function().staged().get(version));
        }

        ServedVersion awaitStaged(String function, int version) {
            await().atMost(SOON)
                    .pollInterval(LOOK_EVERY)
                    .until(() -> staged(function, version).isPresent());
            return staged(function, version).orElseThrow();
        }

        @Override
        public void close() {
            state.close();
            store.close();
        }
    }

    private FunctionState function(String name, int live, Warmup warmup, int versions) {
        var manifest = new Manifest("auto", List.of(), ENOUGH, Map.of(), warmup);
        List<Version> all =
                IntStream.rangeClosed(1, versions)
                        .mapToObj(
                                number ->
                                        new Version(
                                                number,
                                                Sha256.of(module),
                                                module.length,
                                                manifest,
                                                0))
                        .toList();
        var shares = List.of(new Share(live, Share.ALL));
        return new FunctionState(
                new FunctionName(name), new Deployment(1, 1, shares, "deploy", 0), all);
    }

    @Test
    void aNewVersionHasRunBeforeItServes() throws IOException {
        try (var node = new Node(Duration.ofSeconds(5))) {
            node.tell(function("hello", 1, ONE_RUN, 1));
            assertThat(node.awaitStaged("hello", 1).isolates().idle()).isPositive();
        }
    }

    @Test
    void aVersionThatWaitsToBeGoneBackToIsNotRun() throws IOException {
        try (var node = new Node(Duration.ofSeconds(5))) {
            node.tell(function("hello", 2, ONE_RUN, 2));
            assertThat(node.awaitStaged("hello", 2).isolates().idle()).isPositive();
            assertThat(node.awaitStaged("hello", 1).isolates().idle()).isZero();
        }
    }

    @Test
    void aManifestMayAskForNoRuns() throws IOException {
        try (var node = new Node(Duration.ofSeconds(5))) {
            node.tell(function("hello", 1, new Warmup("GET", "/ok", "", 0), 1));
            assertThat(node.awaitStaged("hello", 1).isolates().idle()).isZero();
        }
    }

    @Test
    void aGuestThatNeverEndsIsServedWhenTheTimeIsOver() throws IOException {
        try (var node = new Node(Duration.ofMillis(300))) {
            node.tell(function("hello", 1, ENDLESS, 1));
            node.awaitStaged("hello", 1);
        }
    }

    @Test
    void versionsThatComeTogetherShareTheTime() throws IOException {
        int versions = 60;
        try (var node = new Node(Duration.ofSeconds(2))) {
            long start = System.nanoTime();
            node.tell(
                    IntStream.range(0, versions)
                            .mapToObj(i -> function("f" + i, 1, ENDLESS, 1))
                            .toArray(FunctionState[]::new));
            for (int i = 0; i < versions; i++) {
                node.awaitStaged("f" + i, 1);
            }
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(SOON);
        }
    }

    /// It is warmed up meanwhile, and a stop doesn't wait for that.
    @Test
    void whatServedBeforeServesAtOnceAfterAStart() throws IOException {
        try (var node = new Node(Duration.ZERO)) {
            node.tell(function("hello", 1, ENDLESS, 1));
            node.awaitStaged("hello", 1);
            await().atMost(SOON).pollInterval(LOOK_EVERY).until(node.state::isSettled);
        }
        try (var node = new Node(NodeLimits.WARM_UP_MAX)) {
            node.awaitStaged("hello", 1);
        }
    }
}

package dev.cress.node.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.cress.contract.ControlFrame.Delta;
import dev.cress.contract.ControlFrame.Snapshot;
import dev.cress.contract.Deployment;
import dev.cress.contract.FunctionName;
import dev.cress.contract.FunctionState;
import dev.cress.contract.Manifest;
import dev.cress.contract.Position;
import dev.cress.contract.Sha256;
import dev.cress.contract.Share;
import dev.cress.contract.StagingState;
import dev.cress.contract.TenantName;
import dev.cress.contract.Version;
import dev.cress.node.capability.NodeSecrets;
import dev.cress.node.config.NodeConfig.NodeLimits;
import dev.cress.node.serve.FunctionActivity;
import dev.cress.node.serve.GuestThreads;
import dev.cress.node.serve.RequestHandler.Place;
import dev.cress.node.serve.ServedFunction;
import dev.cress.wasm.WasmHost;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/// Whatever is asked for is staged in the end, whatever happens meanwhile.
class NodeStateTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int VERSIONS = 500;

    private final byte[] module;
    private final NodeStore store;
    private final WasmHost host = WasmHost.withHalfTheHeap();
    private final GuestThreads threads = new GuestThreads("test", 1, 1);
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final Staged staged = new Staged();
    private final AtomicInteger fetches = new AtomicInteger();
    private volatile Runnable beforeFetch = () -> {};
    private final NodeState state;

    NodeStateTest(@TempDir Path data) throws IOException {
        Path example = Path.of(System.getProperty("cress.root"), "examples", "hello", "hello.wasm");
        module = Files.readAllBytes(example);
        store = NodeStore.open(data);
        state =
                new NodeState(
                        new Place("test", "fra"),
                        "localhost",
                        store,
                        this::fetch,
                        host,
                        NodeLimits.DEFAULT.withWarmUp(Duration.ZERO),
                        new NodeSecrets(Optional.empty(), data, "test"),
                        name ->
                                new FunctionActivity(
                                        name, threads.lane(TenantName.DEFAULT), registry));
        state.load();
        state.tell(staged);
    }

    @AfterEach
    void close() {
        state.close();
        threads.close();
        host.close();
        store.close();
    }

    private void fetch(Sha256 sha256, long bytes, Path into) throws IOException {
        fetches.incrementAndGet();
        beforeFetch.run();
        Files.write(into, module);
    }

    /// The numbers of the versions that were staged.
    private static final class Staged implements StateEvents {
        private final Set<Integer> numbers = ConcurrentHashMap.newKeySet();

        @Override
        public void staging(
                FunctionName function, int version, StagingState progress, String reason) {
            if (progress == StagingState.STAGED) {
                numbers.add(version);
            }
        }

        @Override
        public void serving(FunctionName function, int deployment) {}
    }

    private FunctionState function(String name, int deployment, int versions) {
        List<Version> all =
                IntStream.rangeClosed(1, versions)
                        .mapToObj(
                                number ->
                                        new Version(
                                                number,
                                                Sha256.of(module),
                                                module.length,
                                                Manifest.DEFAULT,
                                                0))
                        .toList();
        var shares = List.of(new Share(1, Share.ALL));
        return new FunctionState(
                new FunctionName(name),
                new Deployment(deployment, deployment, shares, "deploy", 0),
                all);
    }

    private static Position at(long revision) {
        return new Position("epoch", revision, "hash");
    }

    @Test
    void stagesEveryVersionWhileChangesArrive() {
        state.apply(new Snapshot(at(0), List.of(function("many", 1, VERSIONS)))).join();
        long end = System.nanoTime() + PATIENCE.toNanos();
        for (int i = 0; staged.numbers.size() < VERSIONS && System.nanoTime() < end; i++) {
            List<FunctionState> changed = List.of(function("other", i + 1, 1));
            state.apply(new Delta(i, at(i + 1), changed, List.of())).join();
        }
        assertThat(staged.numbers).hasSize(VERSIONS);
    }

    @Test
    void triesAgainAfterAnErrorAsAfterAnException() {
        beforeFetch =
                () -> {
                    if (fetches.get() == 1) {
                        throw new AssertionError("a fault of ours");
                    }
                };
        state.apply(new Snapshot(at(0), List.of(function("one", 1, 1)))).join();
        await().atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(5))
                .until(() -> staged.numbers.contains(1));
        assertThat(fetches).hasValue(2);
    }

    @Test
    void whatIsSaidToServeIsWhatRequestsFind() {
        var name = new FunctionName("hello");
        var said = new ConcurrentHashMap<Integer, Integer>();
        state.tell(
                new StateEvents() {
                    @Override
                    public void staging(
                            FunctionName function,
                            int version,
                            StagingState progress,
                            String reason) {}

                    @Override
                    public void serving(FunctionName function, int deployment) {
                        said.put(
                                deployment,
                                state.routes()
                                        .function(name)
                                        .map(ServedFunction::deployment)
                                        .orElse(0));
                    }
                });
        state.apply(new Snapshot(at(0), List.of(function("hello", 1, 1)))).join();
        await().atMost(PATIENCE).until(() -> said.containsKey(1));
        for (int i = 1; i <= 3; i++) {
            List<FunctionState> changed = List.of(function("hello", i + 1, 1));
            state.apply(new Delta(i - 1, at(i), changed, List.of())).join();
        }
        await().atMost(PATIENCE).until(() -> said.containsKey(4));
        assertThat(said).containsExactlyInAnyOrderEntriesOf(Map.of(1, 1, 2, 2, 3, 3, 4, 4));
    }
}

package dev.cress.node;

import dev.cress.contract.Deployment;
import dev.cress.contract.FunctionName;
import dev.cress.contract.FunctionState;
import dev.cress.contract.Limits;
import dev.cress.contract.Manifest;
import dev.cress.contract.Position;
import dev.cress.contract.Sha256;
import dev.cress.contract.Share;
import dev.cress.contract.Version;
import dev.cress.contract.Warmup;
import dev.cress.node.config.NodeConfig.NodeLimits;
import dev.cress.node.state.NodeStore;
import dev.cress.node.state.NodeStore.StoredFunction;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// A node that has only its disk: nothing answers where its control plane should be.
final class LoneNode {
    static final String ROUTER_KEY = "the-fleets-router-key";
    static final URI NOBODY = URI.create("http://127.0.0.1:9");

    private LoneNode() {}

    /// @param examples the example guests that it should serve, each as version 1 of its own name
    static RunningNode start(Path data, NodeLimits limits, String... examples) throws IOException {
        fill(data, examples);
        return new RunningNode(data, NOBODY, limits).awaitServing();
    }

    private static void fill(Path data, String... examples) throws IOException {
        try (NodeStore store = NodeStore.open(data)) {
            for (String example : examples) {
                byte[] module = Functions.example(example);
                var manifest =
                        new Manifest(
                                "auto",
                                List.of(),
                                new Limits(500, 5_000, 32, 2),
                                Map.of(),
                                Warmup.DEFAULT);
                var version = new Version(1, Sha256.of(module), module.length, manifest, 0);
                var deployment =
                        new Deployment(1, 1, List.of(new Share(1, Share.ALL)), "deploy", 0);
                var state =
                        new FunctionState(new FunctionName(example), deployment, List.of(version));
                store.putModule(version.module(), module);
                store.put(new StoredFunction(state, state));
            }
            store.position(new Position("epoch", 1, "hash"));
            store.routerKey(ROUTER_KEY);
        }
    }
}

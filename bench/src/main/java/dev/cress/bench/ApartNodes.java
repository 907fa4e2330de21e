package dev.cress.bench;

import dev.cress.cli.Fleet;
import dev.cress.contract.Api;
import dev.cress.contract.Json;
import dev.cress.node.EdgeNode;
import dev.cress.node.config.NodeConfig;
import dev.cress.node.config.NodeConfig.NodeLimits;
import dev.cress.wasm.WasmHost;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Nodes that share nothing with their control plane but a line, as on machines of their own,
/// though they are in this process: each has a host and images of its own.
final class ApartNodes implements AutoCloseable {
    private static final String LOOPBACK = "127.0.0.1";

    private final List<WasmHost> hosts = new ArrayList<>();
    private final List<EdgeNode> nodes = new ArrayList<>();

    /// @param fleet one without nodes
    ApartNodes(Fleet fleet, int count, NodeLimits limits, Path data) throws IOException {
        String operator = Files.readString(fleet.operatorTokenFile()).strip();
        String join;
        try (var api = new ControlApi(fleet.controlUrl(), operator)) {
            join =
                    Json.read(
                                    api.post("/v1/tokens", new Api.NewToken("nodes", "join")),
                                    Api.TokenCreated.class)
                            .token();
        }
        for (int i = 1; i <= count; i++) {
            String name = "fra-" + i;
            Path folder = data.resolve("apart").resolve(name);
            var host = WasmHost.forAnybodysModules(folder.resolve("images"));
            hosts.add(host);
            var config =
                    new NodeConfig(
                            name,
                            "fra",
                            50.1,
                            8.7,
                            fleet.controlUrl(),
                            join,
                            folder,
                            "localhost",
                            LOOPBACK,
                            0,
                            0,
                            Optional.empty(),
                            limits);
            nodes.add(EdgeNode.start(config, host));
        }
    }

    @Override
    public void close() {
        nodes.forEach(EdgeNode::close);
        hosts.forEach(WasmHost::close);
    }
}

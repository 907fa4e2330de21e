package dev.cress.bench;

import dev.cress.node.EdgeNode;
import dev.cress.node.config.NodeConfig;
import dev.cress.node.config.NodeConfig.NodeLimits;
import dev.cress.wasm.WasmHost;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;

/// A node as `cress run node` starts it, but for its limits of bodies, which no option raises.
/// Arguments: the port, the folder of [NodeData], and how long bodies may be, in bytes.
final class StreamNode {
    private StreamNode() {}

    /// In a process of its own.
    ///
    /// @param bodyBytes of a request and of an answer
    static ServerProcess process(NodeData data, long bodyBytes) throws IOException {
        String folder = data.folder().toString();
        return ServerProcess.of(StreamNode.class, folder, Long.toString(bodyBytes));
    }

    public static void main(String[] args) throws InterruptedException {
        Path data = Path.of(args[1], "nodes", NodeData.NODE);
        var config =
                new NodeConfig(
                        NodeData.NODE,
                        NodeData.REGION,
                        0,
                        0,
                        URI.create("http://127.0.0.1:9"),
                        "none",
                        data,
                        "localhost",
                        "127.0.0.1",
                        Integer.parseInt(args[0]),
                        0,
                        Optional.empty(),
                        limits(Long.parseLong(args[2])));
        try (var host = WasmHost.forAnybodysModules(data.resolve("images"));
                var _ = EdgeNode.start(config, host)) {
            // until the process is ended
            Thread.currentThread().join();
        }
    }

    private static NodeLimits limits(long bodyBytes) {
        NodeLimits usual = NodeLimits.DEFAULT;
        return new NodeLimits(
                usual.guestThreads(),
                usual.queuedPerFunction(),
                usual.queueWait(),
                bodyBytes,
                usual.requestLineBytes(),
                usual.requestHeaderBytes(),
                bodyBytes,
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
}

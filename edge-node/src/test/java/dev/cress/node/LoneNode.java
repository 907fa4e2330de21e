package dev.cress.node;

import static org.awaitility.Awaitility.await;

import dev.cress.contract.Deployment;
import dev.cress.contract.FunctionName;
import dev.cress.contract.FunctionState;
import dev.cress.contract.Limits;
import dev.cress.contract.Manifest;
import dev.cress.contract.Position;
import dev.cress.contract.Sha256;
import dev.cress.contract.Share;
import dev.cress.contract.Version;
import dev.cress.node.config.NodeConfig;
import dev.cress.node.config.NodeConfig.NodeLimits;
import dev.cress.node.state.NodeStore;
import dev.cress.node.state.NodeStore.StoredFunction;
import dev.cress.wasm.WasmHost;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A node that has only its disk: nothing answers where its control plane should be.
final class LoneNode implements AutoCloseable {
    static final String ROUTER_KEY = "the-fleets-router-key";
    private static final URI NOBODY = URI.create("http://127.0.0.1:9");

    private final WasmHost host = WasmHost.withHalfTheHeap();
    final EdgeNode node;

    /// @param examples the example guests that it should serve, each as version 1 of its own name
    LoneNode(Path data, NodeLimits limits, String... examples) throws IOException {
        fill(data, examples);
        var config =
                new NodeConfig(
                        "fra-1",
                        "fra",
                        50.1,
                        8.7,
                        NOBODY,
                        "token",
                        data,
                        "localhost",
                        "127.0.0.1",
                        0,
                        0,
                        Optional.empty(),
                        limits);
        node = EdgeNode.start(config, host);
        await().atMost(Duration.ofSeconds(30)).until(node::isServing);
    }

    private static void fill(Path data, String... examples) throws IOException {
        try (NodeStore store = NodeStore.open(data)) {
            for (String example : examples) {
                byte[] module =
                        Files.readAllBytes(
                                Path.of(
                                        System.getProperty("cress.root"),
                                        "examples",
                                        example,
                                        example + ".wasm"));
                var manifest =
                        new Manifest("auto", List.of(), new Limits(500, 5_000, 32, 2), Map.of());
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

    /// The whole answer to this request, head and body; what it got before the connection ended.
    String send(String request) throws IOException {
        try (Socket socket = connect()) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            return readAll(socket.getInputStream());
        }
    }

    String get(String function, String path, String... headers) throws IOException {
        return send(request("GET", function, path, headers));
    }

    static String request(String method, String function, String path, String... headers) {
        return "%s %s HTTP/1.1\r\nHost: %s.localhost\r\nConnection: close\r\n%s\r\n"
                .formatted(
                        method,
                        path,
                        function,
                        headers.length == 0 ? "" : String.join("\r\n", headers) + "\r\n");
    }

    Socket connect() throws IOException {
        var socket = new Socket(InetAddress.getLoopbackAddress(), node.port());
        socket.setSoTimeout(15_000);
        return socket;
    }

    static String readAll(InputStream in) {
        var text = new StringBuilder();
        try {
            byte[] some = new byte[16 * 1024];
            for (int n = in.read(some); n >= 0; n = in.read(some)) {
                text.append(new String(some, 0, n, StandardCharsets.UTF_8));
            }
        } catch (IOException e) {
            text.append("\n[reset]");
        }
        return text.toString();
    }

    @Override
    public void close() {
        node.close();
        host.close();
    }
}

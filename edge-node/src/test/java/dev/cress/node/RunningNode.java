package dev.cress.node;

import static org.awaitility.Awaitility.await;

import dev.cress.node.config.NodeConfig;
import dev.cress.node.config.NodeConfig.NodeLimits;
import dev.cress.wasm.WasmHost;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// A node that runs, and a client that speaks to it over real sockets.
final class RunningNode implements AutoCloseable {
    static final String NAME = "fra-1";
    static final String TOKEN = "the-join-token";

    /// The usual limits, but a moment to warm up.
    static final NodeLimits LIMITS = NodeLimits.DEFAULT.withWarmUp(Duration.ofMillis(50));

    private static final Duration START_MAX = Duration.ofSeconds(30);
    private static final Duration CHANGE_MAX = Duration.ofSeconds(10);
    private static final Duration LOOK_EVERY = Duration.ofMillis(5);

    private final WasmHost host = WasmHost.withHalfTheHeap();
    final EdgeNode node;

    /// @param data what it has on disk already, or an empty folder
    RunningNode(Path data, URI control, NodeLimits limits) {
        this(data, List.of(control), limits);
    }

    /// @param ways to its control plane, the best first
    RunningNode(Path data, List<URI> ways, NodeLimits limits) {
        var config =
                new NodeConfig(
                        NAME,
                        "fra",
                        50.1,
                        8.7,
                        ways.getFirst(),
                        TOKEN,
                        data,
                        "localhost",
                        "127.0.0.1",
                        0,
                        0,
                        Optional.empty(),
                        limits);
        node = EdgeNode.start(config.by(ways), host);
    }

    RunningNode awaitServing() {
        await().atMost(START_MAX).pollInterval(LOOK_EVERY).until(node::isServing);
        return this;
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

    /// The whole answer of the admin port.
    String admin(String path) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), node.adminPort())) {
            socket.setSoTimeout(15_000);
            socket.getOutputStream()
                    .write(request("GET", "", path).getBytes(StandardCharsets.US_ASCII));
            return readAll(socket.getInputStream());
        }
    }

    /// Asks until the answer has this in it: for what the node says to nobody.
    void awaitAnswer(String function, String part) {
        await().atMost(CHANGE_MAX)
                .pollInterval(LOOK_EVERY)
                .until(() -> get(function, "/"), answer -> answer.contains(part));
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

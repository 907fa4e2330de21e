package dev.cress.node.serve;

import static java.util.concurrent.TimeUnit.SECONDS;

import dev.cress.contract.FunctionName;
import dev.cress.contract.Limits;
import dev.cress.contract.Manifest;
import dev.cress.contract.Sha256;
import dev.cress.contract.Share;
import dev.cress.contract.TenantName;
import dev.cress.contract.Version;
import dev.cress.contract.Warmup;
import dev.cress.node.capability.NodeCapabilities;
import dev.cress.node.capability.NodeSecrets;
import dev.cress.node.config.NodeConfig.NodeLimits;
import dev.cress.node.config.OutboundConfig;
import dev.cress.node.outbound.OutboundClient;
import dev.cress.wasm.WasmHost;
import dev.cress.wasm.guest.RefusedModuleException;
import dev.cress.wasm.guest.RunLimits;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Example guests behind a request handler on a real port, and clients that write bytes to it.
final class ServedExamples implements AutoCloseable {
    static final String ROUTER_KEY = "the-fleets-router-key";
    static final Duration PATIENCE = Duration.ofSeconds(10);

    /// Two guests at once, and one request that waits.
    ///
    /// @param queueWait how long it does
    /// @param bodiesKib of all bodies together
    static NodeLimits limits(Duration queueWait, int bodiesKib) {
        return limits(queueWait, bodiesKib, 1 << 20);
    }

    /// @param bodyBytes of one request's body
    static NodeLimits limits(Duration queueWait, int bodiesKib, long bodyBytes) {
        return new NodeLimits(
                2,
                1,
                queueWait,
                bodyBytes,
                8 << 10,
                16 << 10,
                1 << 20,
                64 << 10,
                4 << 10,
                Duration.ofSeconds(1),
                Duration.ofSeconds(3),
                64 << 20,
                (long) bodiesKib << 10,
                100,
                Duration.ofSeconds(60),
                Duration.ofSeconds(5),
                Duration.ZERO);
    }

    private final Vertx vertx = Vertx.vertx();
    private final WasmHost host = WasmHost.withHalfTheHeap();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final List<ServedFunction> functions = new ArrayList<>();
    private final HttpServer server;
    private volatile RouteTable routes = new RouteTable("localhost", List.of());
    final GuestThreads threads;

    ServedExamples(NodeLimits limits) {
        threads = new GuestThreads("test", limits.guestThreads(), limits.queuedPerFunction());
        var handler =
                new RequestHandler(
                        new RequestHandler.Place("fra-1", "fra"),
                        limits,
                        host,
                        new NodeCapabilities(
                                new NodeSecrets(Optional.empty(), Path.of("unused"), "fra-1"),
                                Path.of("unused"),
                                new OutboundClient(
                                        vertx,
                                        OutboundConfig.DEFAULT,
                                        List.of(),
                                        _ -> false,
                                        registry)),
                        vertx,
                        () -> routes,
                        () -> ROUTER_KEY.getBytes(StandardCharsets.UTF_8),
                        new TenantLimits(threads, System::nanoTime),
                        registry);
        handler.availability(RequestHandler.Availability.SERVING);
        server =
                await(
                        vertx.createHttpServer()
                                .requestHandler(handler::handle)
                                .listen(0, "127.0.0.1"));
    }

    /// What is buffered of all requests' bodies.
    long bufferedBytes() {
        return (long) registry.get("cress.bodies.buffered.bytes").gauge().value();
    }

    /// Serves this example with a second of CPU time, three of wall time and one guest at once.
    ServedExamples with(String example) throws IOException, RefusedModuleException {
        return with(
                example,
                new RunLimits(
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(3),
                        64 << 20,
                        64 << 10,
                        1 << 20,
                        4 << 10));
    }

    ServedExamples with(String example, RunLimits limits)
            throws IOException, RefusedModuleException {
        return with(example, example + "/" + example + ".wasm", limits);
    }

    /// @param file the module, below `examples`
    ServedExamples with(String example, String file, RunLimits limits)
            throws IOException, RefusedModuleException {
        byte[] module =
                Files.readAllBytes(Path.of(System.getProperty("cress.root"), "examples", file));
        var manifest =
                new Manifest("auto", List.of(), new Limits(0, 0, 0, 1), Map.of(), Warmup.DEFAULT);
        var version = new Version(1, Sha256.of(module), module.length, manifest, 0);
        var served =
                new ServedVersion(version, host.isolates(host.prepare(module, "auto")), limits);
        return add(example, Map.of(1, served));
    }

    /// A function whose only version isn't there yet.
    ServedExamples withUnready(String name) {
        return add(name, Map.of());
    }

    private ServedExamples add(String name, Map<Integer, ServedVersion> staged) {
        var function = new FunctionName(name);
        var activity = new FunctionActivity(function, threads.lane(TenantName.DEFAULT), registry);
        var shares = List.of(new Share(1, Share.ALL));
        functions.add(new ServedFunction(function, activity, 1, shares, staged));
        routes = new RouteTable("localhost", functions);
        return this;
    }

    Client connect() throws IOException {
        return new Client(server.actualPort());
    }

    /// One connection.
    static final class Client implements AutoCloseable {
        private final Socket socket;

        private Client(int port) throws IOException {
            socket = new Socket(InetAddress.getLoopbackAddress(), port);
            socket.setSoTimeout((int) PATIENCE.toMillis());
        }

        Client send(String text) throws IOException {
            socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
            return this;
        }

        OutputStream output() throws IOException {
            return socket.getOutputStream();
        }

        InputStream input() throws IOException {
            return socket.getInputStream();
        }

        /// What arrives, up to and including this part; all of it if the connection ends before,
        /// and nothing more than what came when nothing comes any more.
        String readUntil(String part) throws IOException {
            var text = new StringBuilder();
            try {
                int next = socket.getInputStream().read();
                while (next >= 0) {
                    text.append((char) next);
                    if (text.indexOf(part) >= 0) {
                        return text.toString();
                    }
                    next = socket.getInputStream().read();
                }
                return text + "[end]";
            } catch (SocketTimeoutException e) {
                return text + "[silence]";
            }
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    static String request(String method, String function, String path, String... headers) {
        return "%s %s HTTP/1.1\r\nHost: %s.localhost\r\n%s\r\n"
                .formatted(
                        method,
                        path,
                        function,
                        headers.length == 0 ? "" : String.join("\r\n", headers) + "\r\n");
    }

    private static <T> T await(Future<T> future) {
        return future.toCompletionStage()
                .toCompletableFuture()
                .orTimeout(PATIENCE.toSeconds(), SECONDS)
                .join();
    }

    @Override
    public void close() {
        await(vertx.close());
        threads.close();
        host.close();
    }
}

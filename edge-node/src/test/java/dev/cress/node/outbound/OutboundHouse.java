package dev.cress.node.outbound;

import dev.cress.contract.FunctionName;
import dev.cress.contract.Origin;
import dev.cress.node.config.AddressRange;
import dev.cress.node.config.OutboundConfig;
import dev.cress.node.config.OutboundConfig.OutboundLimits;
import dev.cress.wasm.guest.GuestRequest;
import dev.cress.wasm.guest.Header;
import dev.cress.wasm.guest.Outbound.OutboundCall;
import dev.cress.wasm.guest.Outbound.OutboundHead;
import dev.cress.wasm.guest.OutboundException;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/// A node's way to other hosts, and runs that go it on the test's own thread.
final class OutboundHouse implements AutoCloseable {
    static final OutboundConfig LOOPBACK =
            new OutboundConfig(
                    List.of(AddressRange.of("127.0.0.0/8")),
                    Optional.empty(),
                    OutboundLimits.DEFAULT);

    private static final int READ_BYTES = 8 << 10;

    final Vertx vertx = Vertx.vertx();
    final List<String> notes = new CopyOnWriteArrayList<>();
    final List<String> outcomes = new CopyOnWriteArrayList<>();
    final OutboundClient client;
    private final List<RunOutbound> runs = new ArrayList<>();

    OutboundHouse(OutboundConfig config) {
        client = new OutboundClient(vertx, config, new ResolvedNames(vertx), List.of(), _ -> false);
    }

    OutboundHouse(OutboundConfig config, Names names, List<URI> reserved, int ownPort) {
        client = new OutboundClient(vertx, config, names, reserved, port -> port == ownPort);
    }

    /// The limits, but for how long is waited.
    static OutboundLimits impatient(Duration connect, Duration head, Duration idle) {
        OutboundLimits d = OutboundLimits.DEFAULT;
        return new OutboundLimits(
                d.requestsPerRun(),
                d.requestsPerFunction(),
                d.requests(),
                d.connectionsPerOrigin(),
                d.waitingPerOrigin(),
                d.connectionsKept(),
                d.requestBodyBytes(),
                d.responseBodyBytes(),
                d.headBytes(),
                connect,
                head,
                idle,
                d.keep());
    }

    /// A run that may go where its manifest says, and answers a request with these headers.
    RunOutbound run(List<String> outbound, Header... headers) {
        var asking =
                new Asking(
                        new FunctionName("proxy"),
                        outbound.stream().map(Origin::of).toList(),
                        request(headers),
                        vertx.getOrCreateContext(),
                        new Asking.Journal() {
                            @Override
                            public void waiting() {}

                            @Override
                            public void note(String line) {
                                notes.add(line);
                            }

                            @Override
                            public void outbound(String outcome, Duration time) {
                                outcomes.add(outcome);
                            }
                        });
        RunOutbound run = client.of(asking);
        runs.add(run);
        return run;
    }

    /// A run that may go to this server.
    RunOutbound runTo(HttpServer server, Header... headers) {
        return run(List.of(url(server, "")), headers);
    }

    private static GuestRequest request(Header... headers) {
        return new GuestRequest(
                "GET",
                "http",
                "proxy.localhost",
                80,
                "/",
                "",
                "HTTP/1.1",
                List.of(headers),
                0,
                "127.0.0.1",
                new GuestRequest.MatchedRoute("/*", ""),
                new GuestRequest.Place("proxy", 1, "fra-1", "fra", "the-request-id", "", ""),
                Map.of());
    }

    HttpServer serve(Consumer<HttpServerRequest> handler) {
        return serve(new HttpServerOptions(), handler);
    }

    HttpServer serve(HttpServerOptions options, Consumer<HttpServerRequest> handler) {
        return await(
                vertx.createHttpServer(options)
                        .requestHandler(handler::accept)
                        .listen(0, "127.0.0.1"));
    }

    private static <T> T await(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            throw new IllegalStateException(e);
        }
    }

    static String url(HttpServer server, String path) {
        return "http://127.0.0.1:%d%s".formatted(server.actualPort(), path);
    }

    static OutboundHead get(String url, Header... headers) {
        return new OutboundHead("GET", url, List.of(headers), 0);
    }

    /// Asks without a body.
    static OutboundCall ask(RunOutbound run, OutboundHead head) throws OutboundException {
        OutboundCall call = run.begin(head);
        call.end();
        return call;
    }

    /// The whole answer's body.
    static String text(OutboundCall call) throws OutboundException {
        var text = new StringBuilder();
        byte[] some = new byte[READ_BYTES];
        for (int n = call.read(some, 0, some.length); n >= 0; n = call.read(some, 0, some.length)) {
            text.append(new String(some, 0, n, StandardCharsets.UTF_8));
        }
        return text.toString();
    }

    @Override
    public void close() {
        runs.forEach(RunOutbound::close);
        client.close();
        await(vertx.close());
    }
}

package dev.cress.bench;

import dev.cress.contract.Api;
import dev.cress.contract.Json;
import dev.cress.contract.Limits;
import dev.cress.contract.Manifest;
import dev.cress.contract.Route;
import dev.cress.contract.Sha256;
import dev.cress.contract.Share;
import dev.cress.contract.Warmup;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/// A control plane in a process of its own, and clients that each ask one thing after the other.
/// Used by one thread.
final class StoreLoad implements AutoCloseable {
    private static final int CLIENTS = 8;

    /// Functions that there are from the beginning.
    private static final int FUNCTIONS = 100;

    private static final Limits LIMITS = new Limits(0, 0, 16, 0);
    private static final Route TAKEN = new Route("taken.example.com", "/*");

    private final Path folder = Files.createTempDirectory("cress-bench");
    private final ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
    private final AtomicInteger made = new AtomicInteger();
    private final KilledProcess control;
    private final ControlApi api;
    private final ControlApi reader;
    private final Sha256 module;

    /// What is asked.
    enum Operation {
        /// A module that nobody sent before, 20 KB, is checked in a child JVM and stored.
        UPLOAD(2),
        /// A version that differs in its config is made and deployed.
        RELEASE(CLIENTS),
        /// The same with a route that another function has: refused.
        CLAIM(CLIENTS),
        /// One function with its newest versions and deployments.
        READ(CLIENTS),
        /// All functions, 100.
        LIST(CLIENTS),
        /// Something that isn't read from the store, with a token of a tenant.
        TOKEN(CLIENTS);

        private final int clients;

        Operation(int clients) {
            this.clients = clients;
        }

        /// How many ask at once: of uploads no more are checked at once.
        int clients() {
            return clients;
        }

        String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    StoreLoad(List<String> controlOptions) throws IOException, InterruptedException {
        int port = ServerProcess.freePort();
        var words =
                new ArrayList<>(List.of("control-plane", "--control-port", String.valueOf(port)));
        words.addAll(controlOptions);
        control =
                new KilledProcess(
                        folder.resolve("control"),
                        Disk.OF_A_KILLED_PROCESS,
                        List.of(),
                        words.toArray(String[]::new));
        var url = URI.create("http://127.0.0.1:" + port);
        Path token = folder.resolve("control/operator.token");
        api = new ControlApi(url, Files.readString(token).strip());
        String read = api.post("/v1/tokens", new Api.NewToken("reader", "read"));
        reader = new ControlApi(url, Json.read(read, Api.TokenCreated.class).token());
        module = upload();
        for (int i = 0; i < FUNCTIONS; i++) {
            release("f" + i);
        }
        release("holder", TAKEN);
    }

    /// Has the clients ask for so long, each of them once at least.
    Times run(Operation operation, Duration time) {
        long endNs = System.nanoTime() + time.toNanos();
        var running =
                IntStream.range(0, operation.clients())
                        .mapToObj(
                                client ->
                                        CompletableFuture.supplyAsync(
                                                () -> ask(operation, client, endNs), clients))
                        .toList();
        var all = new Times();
        running.forEach(each -> all.addAll(each.join()));
        return all;
    }

    private Times ask(Operation operation, int client, long endNs) {
        var times = new Times();
        for (int i = client; System.nanoTime() - endNs < 0 || times.count() == 0; i += CLIENTS) {
            long started = System.nanoTime();
            try {
                once(operation, "f" + i % FUNCTIONS);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            times.add(System.nanoTime() - started);
        }
        return times;
    }

    private void once(Operation operation, String function) throws IOException {
        switch (operation) {
            case UPLOAD -> upload();
            case RELEASE -> release(function);
            case CLAIM -> claim(function);
            case READ -> api.get("/v1/functions/" + function);
            case LIST -> api.get("/v1/functions?limit=" + FUNCTIONS);
            case TOKEN -> reader.get("/v1/nodes");
        }
    }

    private Sha256 upload() throws IOException {
        byte[] marked = NodeData.marked(Guest.wasm("hello"), "m" + made.getAndIncrement());
        return Json.read(api.upload("/v1/modules", marked), Api.ModuleInfo.class).sha256();
    }

    private void release(String function, Route... routes) throws IOException {
        var config = Map.of("N", Integer.toString(made.getAndIncrement()));
        var manifest = new Manifest("auto", List.of(routes), LIMITS, config, Warmup.DEFAULT);
        api.post(
                "/v1/functions/" + function + "/versions",
                new Api.NewVersion(module, manifest, Share.ALL));
    }

    private void claim(String function) throws IOException {
        try {
            release(function, TAKEN);
        } catch (IllegalStateException refused) {
            if (String.valueOf(refused.getMessage()).contains("route-taken")) {
                return;
            }
            throw refused;
        }
        throw new IllegalStateException("two functions have a route");
    }

    @Override
    public void close() throws IOException {
        clients.shutdownNow();
        api.close();
        reader.close();
        control.close();
        Folders.delete(folder);
    }
}

package dev.cress.bench;

import dev.cress.contract.Api;
import dev.cress.contract.FleetStatus;
import dev.cress.contract.Json;
import dev.cress.contract.Limits;
import dev.cress.contract.Manifest;
import dev.cress.contract.Sha256;
import dev.cress.contract.Share;
import dev.cress.contract.Warmup;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// A control plane in a process of its own, with many nodes that only ack. Used by one thread.
final class StubFleet implements AutoCloseable {
    private static final Limits LIMITS = new Limits(0, 0, 16, 0);

    private final Path folder = Files.createTempDirectory("cress-bench");
    private final KilledProcess control;
    private final ControlApi api;
    private final Sha256 module;
    private final List<KilledProcess> relays = new ArrayList<>();
    private final StubNodes nodes;
    private int made;

    /// All nodes are connected to the control plane itself.
    StubFleet(int count) throws IOException, InterruptedException {
        this(count, 0);
    }

    /// @param relayed behind how many relays the nodes are, 0 for none
    StubFleet(int count, int relayed) throws IOException, InterruptedException {
        int port = ServerProcess.freePort();
        control =
                new KilledProcess(
                        folder.resolve("control"),
                        Disk.OF_A_KILLED_PROCESS,
                        List.of(),
                        "control-plane",
                        "--control-port",
                        Integer.toString(port));
        Path token = folder.resolve("control/operator.token");
        api =
                new ControlApi(
                        URI.create("http://127.0.0.1:" + port), Files.readString(token).strip());
        String join =
                Json.read(
                                api.post("/v1/tokens", new Api.NewToken("stubs", "join")),
                                Api.TokenCreated.class)
                        .token();
        module =
                Json.read(api.upload("/v1/modules", Guest.wasm("hello")), Api.ModuleInfo.class)
                        .sha256();
        List<Integer> ports = new ArrayList<>();
        for (int i = 1; i <= relayed; i++) {
            ports.add(startRelay("relay-" + i, port, join));
        }
        nodes = new StubNodes(count, ports.isEmpty() ? List.of(port) : ports, join);
    }

    private int startRelay(String name, int controlPort, String join)
            throws IOException, InterruptedException {
        int port = ServerProcess.freePort();
        relays.add(
                new KilledProcess(
                        folder.resolve(name),
                        Disk.OF_A_KILLED_PROCESS,
                        List.of("-Xmx512m"),
                        "relay",
                        "--name",
                        name,
                        "--port",
                        Integer.toString(port),
                        "--control",
                        "http://127.0.0.1:" + controlPort,
                        "--join",
                        join));
        return port;
    }

    /// Deploys a version, and waits until every node has acked it.
    ///
    /// @return how long after the answer that was, in ns
    long deploy() throws IOException {
        nodes.expect(revision() + 1);
        var manifest =
                new Manifest(
                        "auto",
                        List.of(),
                        LIMITS,
                        Map.of("N", Integer.toString(made++)),
                        Warmup.DEFAULT);
        api.post("/v1/functions/f/versions", new Api.NewVersion(module, manifest, Share.ALL));
        long answered = System.nanoTime();
        nodes.awaitLevel();
        return Math.max(0, nodes.levelNanos().getLast() - answered);
    }

    private long revision() throws IOException {
        return Json.read(api.get("/v1/status"), FleetStatus.class).position().revision();
    }

    /// Kills the control plane, starts it again and waits until every node is level.
    ///
    /// @return how long after it was ready each one was, in ns
    Times restart() throws IOException, InterruptedException {
        nodes.expect(revision());
        nodes.awaitLevel();
        control.kill();
        control.startAgain();
        long ready = System.nanoTime();
        nodes.awaitLevel();
        var times = new Times();
        nodes.levelNanos().forEach(level -> times.add(Math.max(0, level - ready)));
        return times;
    }

    @Override
    public void close() throws IOException {
        nodes.close();
        api.close();
        for (KilledProcess relay : relays) {
            relay.close();
        }
        control.close();
        Folders.delete(folder);
    }
}

package dev.cress.cli;

import dev.cress.node.config.NodeConfig.NodeLimits;
import dev.cress.wasm.WasmHost;
import dev.cress.wasm.guest.RefusedModuleException;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;

/// `cress train`: what the launcher runs once after a build, so that the JVM notes what a start
/// needs. A whole fleet on free ports of this machine gets a function, answers and stops, and one
/// node starts a second time with what it has on disk. Build workers are JVMs with flags of their
/// own, so one of them notes what it needs as well. Not for people, so not in the help.
@Command(name = "train", hidden = true, description = "Starts, answers a few requests, stops.")
final class TrainCommand implements Callable<Integer> {
    private static final Duration START_MAX = Duration.ofSeconds(60);
    private static final int ANSWER_MAX_MS = 10_000;
    private static final String LOOPBACK = "127.0.0.1";
    private static final String DOMAIN = "localhost";
    private static final int REQUESTS = 200;

    @Mixin private DataOption data;
    @Mixin private Output output;

    @Option(
            names = "--build-cache",
            paramLabel = "FILE",
            description = "Where a build worker's JVM notes what it needs.")
    private Optional<Path> buildCache = Optional.empty();

    @Override
    public Integer call() {
        var setup =
                new Fleet.Setup(
                        data.folder(),
                        0,
                        0,
                        Fleet.Setup.REGIONS.subList(0, 1),
                        DOMAIN,
                        LOOPBACK,
                        NodeLimits.DEFAULT);
        return StopSignal.run(output::say, stop -> train(setup, stop));
    }

    private void train(Fleet.Setup setup, StopSignal stop) {
        try (Fleet fleet = Fleet.start(setup)) {
            var settled = HelloExample.deploy(fleet.client());
            boolean ready =
                    stop.awaitOr(
                            "the node serves",
                            START_MAX,
                            () -> fleet.isReady() && settled.getAsBoolean());
            if (!ready) {
                return;
            }
            ask(fleet.routerUrl());
            String node = fleet.nodes().keySet().iterator().next();
            fleet.stopNode(node);
            fleet.startNode(node);
            if (stop.awaitOr("the node serves again", START_MAX, fleet::isReady)) {
                ask(fleet.routerUrl());
            } else {
                return;
            }
        }
        buildCache.ifPresent(TrainCommand::trainBuilds);
        output.say("trained");
    }

    private static void trainBuilds(Path cache) {
        try {
            WasmHost.trainBuilds(HelloExample.module(), cache);
        } catch (RefusedModuleException e) {
            throw new CliException("hello is refused: " + e.getMessage());
        }
    }

    private static void ask(URI router) {
        for (int i = 0; i < REQUESTS; i++) {
            String answer = answer(router);
            if (!answer.startsWith("HTTP/1.1 200 ")) {
                throw new CliException("hello answers " + answer.lines().findFirst().orElse(""));
            }
        }
    }

    /// By hand, since not every machine knows what hello.localhost is.
    private static String answer(URI router) {
        String request =
                "GET / HTTP/1.1\r\nHost: %s.%s\r\nConnection: close\r\n\r\n"
                        .formatted(HelloExample.NAME, DOMAIN);
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), router.getPort())) {
            socket.setSoTimeout(ANSWER_MAX_MS);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (SocketTimeoutException e) {
            throw new CliException("hello didn't answer within %d ms".formatted(ANSWER_MAX_MS));
        } catch (IOException e) {
            throw new CliException("hello can't be asked: " + e.getMessage());
        }
    }
}

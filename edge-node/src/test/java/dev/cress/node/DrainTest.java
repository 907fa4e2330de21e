package dev.cress.node;

import static dev.cress.node.Functions.function;
import static dev.cress.node.Functions.snapshot;
import static dev.cress.node.Functions.version;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import static java.util.concurrent.TimeUnit.SECONDS;

import dev.cress.contract.NodeFrame.Draining;
import dev.cress.node.config.NodeConfig.NodeLimits;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/// How a node stops while a request is under way.
class DrainTest {
    private static final byte[] MARKDOWN = Functions.example("markdown");
    private static final String BEGUN =
            RunningNode.request("POST", "markdown", "/", "Content-Length: 6") + "# H";

    @TempDir private Path data;
    private final FakeControlPlane control = new FakeControlPlane();

    /// A node, its session, and the request that it waits for the end of.
    private record Begun(RunningNode node, FakeSession session, Socket request) {
        void write(String text) throws IOException {
            request.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
        }

        String answer() throws IOException {
            return RunningNode.readAll(request.getInputStream());
        }
    }

    @BeforeEach
    void fill() {
        control.has(MARKDOWN);
    }

    @AfterEach
    void stop() {
        control.close();
    }

    private Begun begin(NodeLimits limits) throws IOException {
        var node = new RunningNode(data, control.url(), limits);
        FakeSession session = control.welcomed();
        session.send(snapshot(1, function("markdown", 1, version(1, MARKDOWN))));
        session.serving("markdown", 1);
        node.awaitServing();
        var begun = new Begun(node, session, node.connect());
        begun.write(BEGUN);
        await().atMost(10, SECONDS).until(() -> inFlight(node) == 1);
        return begun;
    }

    private static NodeLimits drainFor(Duration drain) {
        var d = RunningNode.LIMITS;
        return new NodeLimits(
                d.guestThreads(),
                d.queuedPerFunction(),
                d.queueWait(),
                d.requestBodyBytes(),
                d.requestLineBytes(),
                d.requestHeaderBytes(),
                d.responseBodyBytes(),
                d.responseHeaderBytes(),
                d.logBytes(),
                d.cpu(),
                d.wall(),
                d.memoryBytes(),
                d.bufferedBodyBytes(),
                d.connections(),
                d.idle(),
                drain,
                Duration.ZERO);
    }

    private static double inFlight(RunningNode node) throws IOException {
        String metric = "cress_requests_in_flight ";
        return node.admin("/metrics")
                .lines()
                .filter(line -> line.startsWith(metric))
                .mapToDouble(line -> Double.parseDouble(line.substring(metric.length())))
                .sum();
    }

    @Test
    void finishesWhatRunsAndTakesNothingNew() throws Exception {
        Begun begun = begin(RunningNode.LIMITS);
        try (Socket _ = begun.request()) {
            RunningNode node = begun.node();
            CompletableFuture<Void> closing = CompletableFuture.runAsync(node::close);
            begun.session().next(Draining.class);
            assertThat(node.get("markdown", "/"))
                    .contains(" 503 ", "x-cress-error: unavailable", "retry-after: 1", "draining");
            assertThat(node.admin("/health")).contains(" 503 ", "draining");
            assertThat(begun.session().isOpen()).isTrue();
            begun.write("i!\n");
            assertThat(begun.answer()).contains("200 OK", "<h1>Hi!</h1>");
            closing.get(10, TimeUnit.SECONDS);
            begun.session().awaitEnd();
        }
    }

    @Test
    void doesNotWaitLongerThanItsDrainTime() throws Exception {
        Begun begun = begin(drainFor(Duration.ofMillis(500)));
        try (Socket _ = begun.request()) {
            CompletableFuture<Void> closing = CompletableFuture.runAsync(begun.node()::close);
            begun.session().next(Draining.class);
            closing.get(10, TimeUnit.SECONDS);
            assertThat(begun.answer()).doesNotContain("200 OK");
        }
    }
}

package dev.cress.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import static java.util.concurrent.TimeUnit.SECONDS;

import dev.cress.node.config.NodeConfig.NodeLimits;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;

/// A node on its own, over real sockets: what it answers, refuses and believes.
@Order(1)
class ServingTest {
    private static final NodeLimits LIMITS =
            new NodeLimits(
                    4,
                    1,
                    Duration.ofSeconds(4),
                    1 << 20,
                    8 * 1024,
                    16 * 1024,
                    1 << 20,
                    64 * 1024,
                    4 * 1024,
                    Duration.ofSeconds(1),
                    Duration.ofSeconds(5),
                    64 << 20,
                    8 << 20,
                    100,
                    Duration.ofSeconds(10),
                    Duration.ofSeconds(5),
                    Duration.ZERO);

    @TempDir private static Path folder;
    private static RunningNode lone;

    @BeforeAll
    static void start() throws IOException {
        lone = LoneNode.start(folder.resolve("node"), LIMITS, "hello", "runaway", "markdown");
    }

    @AfterAll
    static void stop() {
        lone.close();
    }

    @Test
    void servesWhatIsOnItsDiskWithoutAControlPlane() throws IOException {
        assertThat(lone.get("hello", "/"))
                .contains("200 OK", "x-cress-node: fra-1", "x-cress-version: 1", "Hello from fra!");
    }

    @Test
    void believesNobodyButARouterWithTheFleetsKey() throws IOException {
        String[] claims = {
            "x-cress-client-country: DE", "x-cress-client-address: 46.4.0.1", "x-request-id: mine"
        };
        assertThat(lone.get("hello", "/", claims))
                .contains("can't tell where you are")
                .doesNotContain("mine");
        String[] withKey = {
            claims[0], claims[1], claims[2], "x-cress-router-key: " + LoneNode.ROUTER_KEY
        };
        assertThat(lone.get("hello", "/", withKey)).contains("Germany (DE)", "x-request-id: mine");
        String[] wrongKey = {claims[0], "x-cress-router-key: guess"};
        assertThat(lone.get("hello", "/", wrongKey)).contains("can't tell where you are");
    }

    @Test
    void tellsItsHealthToRoutersOnly() throws IOException {
        String path = "/.well-known/cress/health";
        assertThat(lone.get("hello", path, "x-cress-router-key: " + LoneNode.ROUTER_KEY))
                .contains("200 OK", "serving");
        assertThat(lone.get("hello", path)).doesNotContain("\r\n\r\nserving");
    }

    @Test
    void refusesWhatIsDeployedNowhere() throws IOException {
        assertThat(lone.get("nobody", "/x"))
                .contains(" 404 ", "x-cress-error: no-route", "nobody.localhost/x");
    }

    @Test
    void refusesABodyThatIsTooLargeBeforeItReadsIt() throws IOException {
        String declared =
                RunningNode.request("POST", "hello", "/", "Content-Length: 2000000") + "abc";
        assertThat(lone.send(declared))
                .contains(" 413 ", "request-too-large", "2000000", "1048576");
    }

    @Test
    void refusesABodyThatGrowsTooLarge() throws IOException {
        try (Socket socket = lone.connect()) {
            var out = socket.getOutputStream();
            out.write(
                    RunningNode.request("POST", "hello", "/", "Transfer-Encoding: chunked")
                            .getBytes(StandardCharsets.ISO_8859_1));
            byte[] chunk =
                    ("4000\r\n" + "x".repeat(0x4000) + "\r\n")
                            .getBytes(StandardCharsets.ISO_8859_1);
            CompletableFuture<Void> writing =
                    CompletableFuture.runAsync(
                            () -> {
                                try {
                                    for (int i = 0; i < 100; i++) {
                                        out.write(chunk);
                                    }
                                } catch (IOException e) {
                                    // the node closed, as it should
                                }
                            });
            assertThat(RunningNode.readAll(socket.getInputStream())).contains(" 413 ", "1048576");
            writing.join();
        }
    }

    @Test
    void refusesLinesAndHeadersThatAreTooLarge() throws IOException {
        assertThat(lone.get("hello", "/" + "x".repeat(9_000))).contains(" 414 ", "8192");
        assertThat(lone.get("hello", "/", "x-large: " + "x".repeat(20_000)))
                .contains(" 431 ", "16384");
    }

    @Test
    void answersHeadWithoutABody() throws IOException {
        String answer = lone.send(RunningNode.request("HEAD", "hello", "/"));
        assertThat(answer).contains("200 OK").endsWith("\r\n\r\n");
    }

    @Test
    void breaksOffAnAnswerThatFailsAfterItsHeadWentOut() throws IOException {
        String answer = lone.get("runaway", "/late-trap");
        assertThat(answer)
                .contains("200 OK", "transfer-encoding: chunked")
                .doesNotContain("\r\n0\r\n\r\n");
    }

    @Test
    void answersAtTheWallLimitAndTheCpuLimit() throws IOException {
        assertThat(lone.get("runaway", "/spin"))
                .contains(" 503 ", "x-cress-error: cpu-limit", "500 ms");
        assertThat(lone.get("runaway", "/sleep"))
                .contains(" 504 ", "x-cress-error: wall-limit", "5000 ms");
    }

    @Test
    void refusesWhenAsManyRunAndWaitAsMayWhileOthersAreServed() throws IOException {
        // two run, one waits: the manifest's concurrency and the node's queue
        List<CompletableFuture<String>> answers = new ArrayList<>();
        try (var clients = Executors.newFixedThreadPool(8)) {
            for (int i = 0; i < 8; i++) {
                answers.add(CompletableFuture.supplyAsync(() -> quietly("/spin"), clients));
            }
            assertThat(lone.get("hello", "/")).contains("200 OK");
            List<String> texts = answers.stream().map(CompletableFuture::join).toList();
            assertThat(texts)
                    .filteredOn(a -> a.contains("x-cress-error: cpu-limit"))
                    .hasSizeGreaterThanOrEqualTo(3);
            assertThat(texts)
                    .filteredOn(a -> a.contains("x-cress-error: overloaded"))
                    .isNotEmpty()
                    .allSatisfy(a -> assertThat(a).contains(" 503 ", "retry-after: 1"));
        }
    }

    private static String quietly(String path) {
        try {
            return lone.get("runaway", path);
        } catch (IOException e) {
            return e.toString();
        }
    }

    @Test
    void aSlowBodyHoldsNoGuestThread() throws IOException {
        List<Socket> slow = new ArrayList<>();
        try {
            for (int i = 0; i < 8; i++) {
                Socket socket = lone.connect();
                slow.add(socket);
                socket.getOutputStream()
                        .write(
                                (RunningNode.request("POST", "markdown", "/", "Content-Length: 100")
                                                + "#")
                                        .getBytes(StandardCharsets.ISO_8859_1));
            }
            assertThat(lone.get("markdown", "/")).contains("200 OK");
        } finally {
            for (Socket socket : slow) {
                socket.close();
            }
        }
    }

    @Test
    void countsWhatItServedByFunctionAndOutcome() throws IOException {
        lone.get("runaway", "/trap");
        URI metrics = URI.create("http://127.0.0.1:%d/metrics".formatted(lone.node.adminPort()));
        await().atMost(5, SECONDS)
                .untilAsserted(
                        () -> {
                            try (var body = metrics.toURL().openStream()) {
                                String text =
                                        new String(body.readAllBytes(), StandardCharsets.UTF_8);
                                assertThat(text)
                                        .contains(
                                                "cress_requests_total{function=\"runaway\",outcome=\"guest-trap\",status=\"5xx\"}",
                                                "cress_isolate_start_seconds_count{function=\"runaway\"}",
                                                "cress_guest_time_seconds_count{function=\"runaway\"}");
                            }
                        });
    }
}

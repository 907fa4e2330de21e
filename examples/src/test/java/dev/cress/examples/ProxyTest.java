package dev.cress.examples;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.cress.examples.Call.Answer;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/// Functions in front of a real site, through router and node: a program made with an SDK for
/// Fastly, and a script.
@FleetTest
@Timeout(60)
final class ProxyTest {
    private static final Path SCRIPT =
            TestFleet.example("src/test/guests/proxy/proxy.js").toAbsolutePath();

    /// More than a node gathers of a body before it asks the guest.
    private static final String MUCH = "x".repeat(300 * 1024);

    /// Enough to have asked the site, on a busy machine too.
    private static final int HASTY_MS = 4_000;

    private final TestFleet fleet;
    private final Origin origin = new Origin();

    ProxyTest(TestFleet fleet) {
        this.fleet = fleet;
    }

    @BeforeAll
    void deploy() {
        deploy("edge", TestFleet.module("fastly-rust"), "outbound = [\"site=%s\"]", 20_000);
        deploy("script", SCRIPT, "outbound = [\"%1$s\"]\nconfig = { ORIGIN = \"%1$s\" }", 20_000);
        deploy("hasty", TestFleet.module("fastly-rust"), "outbound = [\"site=%s\"]", HASTY_MS);
        deploy(
                "hasty-script",
                SCRIPT,
                "outbound = [\"%1$s\"]\nconfig = { ORIGIN = \"%1$s\" }",
                HASTY_MS);
    }

    private void deploy(String name, Path module, String grants, int wallMs) {
        String rest =
                "[limits]\nwall_ms = %d\ncpu_ms = 5000\n[capabilities]\n%s\n[warmup]\nrequests = 1\n"
                        .formatted(wallMs, grants.formatted(origin.url()));
        fleet.cressOk("deploy", fleet.manifest(name, module, rest));
    }

    @AfterAll
    void close() {
        origin.close();
    }

    /// How the two are asked for what the site has at this path.
    private static String at(String function, String path) {
        return function.endsWith("script") ? path : "/site" + path;
    }

    @Test
    void aPageIsPassedOnAndRewritten() throws InterruptedException {
        Answer answer = fleet.call("edge").header("cookie", "secret=1").get("/site/page?x=1");
        assertThat(answer.text())
                .isEqualTo(
                        "<body><p>Served from the edge.</p>\nsee <a href=\"https://x/\">x</a>\n");
        assertThat(answer.header("x-rewritten")).isEqualTo("yes");
        Origin.Asked asked = origin.next();
        assertThat(asked.target()).isEqualTo("/page?x=1");
        assertThat(asked.header("x-edge")).isNotEmpty();
        assertThat(asked.header("cookie")).isEmpty();
    }

    @Test
    void aScriptPassesAPageOnAndRewritesIt() throws InterruptedException {
        Answer answer = fleet.call("script").header("cookie", "c=3").get("/page?text=1");
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.text()).isEqualTo("<BODY>\nSEE <A HREF=\"HTTP://X/\">X</A>\n");
        Origin.Asked asked = origin.next();
        assertThat(asked.header("x-edge")).isEqualTo("script");
        assertThat(asked.header("cookie")).isEqualTo("c=3");
    }

    @ParameterizedTest
    @ValueSource(strings = {"edge", "script"})
    void theSiteHearsWhoAsksAndWhoseRequestItIs(String function) throws InterruptedException {
        Answer answer = fleet.call(function).header("x-request-id", "id-7").get(at(function, "/a"));
        assertThat(answer.status()).isEqualTo(200);
        Origin.Asked asked = origin.next();
        assertThat(asked.method()).isEqualTo("GET");
        assertThat(asked.header("host")).isEqualTo(origin.url().substring("http://".length()));
        assertThat(asked.header("x-request-id")).isEqualTo(answer.header("x-request-id"));
        assertThat(asked.header("traceparent")).matches("00-[0-9a-f]{32}-[0-9a-f]{16}-0[0-9a-f]");
        assertThat(asked.header("cdn-loop")).isEqualTo("cress");
    }

    @ParameterizedTest
    @ValueSource(strings = {"edge", "script"})
    void cookiesComeBackOneByOne(String function) throws InterruptedException {
        Answer answer = fleet.call(function).get(at(function, "/cookies"));
        origin.next();
        assertThat(answer.response().headers().allValues("set-cookie"))
                .containsExactly("a=1; Path=/", "b=2; Path=/; HttpOnly");
    }

    @ParameterizedTest
    @ValueSource(strings = {"edge", "script"})
    void anAnswerIsPassedOnAsItComes(String function) throws IOException, InterruptedException {
        try (InputStream body = fleet.call(function).stream(at(function, "/halves"))) {
            origin.next();
            // the site waits with the second half until the client has the first
            assertThat(body.readNBytes(10)).asString().isEqualTo("first half");
            origin.secondHalf.release();
            assertThat(body.readAllBytes()).asString().isEqualTo("\nsecond half\n");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"edge", "script"})
    void aBodyIsPassedOnAsItComes(String function) throws IOException, InterruptedException {
        var client = new PipedOutputStream();
        var arriving = new PipedInputStream(client);
        boolean edge = function.equals("edge");
        var answer =
                fleet.call(function)
                        .body(BodyPublishers.ofInputStream(() -> arriving))
                        .sendAsync("POST", edge ? "/upload" : "/store");
        client.write((edge ? "first " : "begin first ").getBytes(US_ASCII));
        client.write(MUCH.getBytes(US_ASCII));
        client.flush();
        // the site has this before the client has sent the rest
        assertThat(origin.next().body()).isEqualTo("begin first");
        client.write("second".getBytes(US_ASCII));
        client.close();
        assertThat(answer.join().text())
                .isEqualTo("begin first " + MUCH + (edge ? "second end" : "second"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"hasty", "hasty-script"})
    void aSiteThatDoesNotAnswerIsWaitedForNoLongerThanTheRunMayTake(String function)
            throws InterruptedException {
        long start = System.nanoTime();
        Answer answer = fleet.call(function).get(at(function, "/never"));
        Duration took = Duration.ofNanos(System.nanoTime() - start);
        assertThat(answer.status()).isEqualTo(504);
        assertThat(answer.header("x-cress-error")).isEqualTo("wall-limit");
        assertThat(took).isGreaterThanOrEqualTo(Duration.ofMillis(HASTY_MS));
        origin.next();
        origin.secondHalf.release();
        assertThat(origin.gone.tryAcquire(20, TimeUnit.SECONDS)).as("the node hung up").isTrue();
    }

    @Test
    void aSiteThatIsNotThereIsTheGuestsToTell() {
        deploy(
                "lost",
                TestFleet.module("fastly-rust"),
                "outbound = [\"site=http://127.0.0.1:1\"]",
                9_000);
        Answer answer = fleet.call("lost").get("/site/page");
        assertThat(answer.status()).isEqualTo(502);
        assertThat(answer.text()).startsWith("The site can't be asked: ");
    }

    @Test
    void whatIsNotGrantedIsNotAsked() throws IOException {
        fleet.cressOk(
                "deploy",
                fleet.manifest(
                        "denied",
                        SCRIPT,
                        "[capabilities]\nconfig = { ORIGIN = \"%s\" }\n".formatted(origin.url())));
        Answer answer = fleet.call("denied").get("/page");
        assertThat(answer.status()).isEqualTo(500);
        assertThat(fleet.logged("denied", answer.header("x-request-id")).stderr())
                .contains("outbound");
    }
}

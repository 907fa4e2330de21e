package dev.cress.wasm;

import static dev.cress.wasm.guest.RunLimits.MIB;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.cress.wasm.guest.Abi;
import dev.cress.wasm.guest.GuestExchange;
import dev.cress.wasm.guest.Header;
import dev.cress.wasm.guest.LogLevel;
import dev.cress.wasm.guest.Outcome;
import dev.cress.wasm.guest.RefusedModuleException;
import dev.cress.wasm.guest.ResponseHead;
import dev.cress.wasm.guest.RunLimits;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;

/// Plug-ins that Extism's own kits made, in Rust, Go and AssemblyScript.
class ExtismGuestTest {
    private static final WasmHost HOST = new WasmHost(512 * MIB);
    private static final Guests GUESTS = new Guests(HOST);
    private static final Image GO = image("extism-go");
    private static final RunLimits LIMITS =
            new RunLimits(
                    Duration.ofSeconds(20),
                    Duration.ofSeconds(30),
                    128 * MIB,
                    64 * 1024,
                    100 * MIB,
                    64 * 1024);

    @AfterAll
    static void close() {
        HOST.close();
    }

    private static Image image(String guest) {
        try {
            byte[] module =
                    Files.readAllBytes(
                            Path.of(System.getProperty("cress.root"), "examples/src/test/guests")
                                    .resolve(guest)
                                    .resolve(guest + ".wasm"));
            Image image = HOST.prepare(module, "auto");
            assertThat(image.abi()).isEqualTo(Abi.EXTISM);
            return image;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (RefusedModuleException e) {
            throw new AssertionError(guest + " is refused: " + e.getMessage(), e);
        }
    }

    private static Outcome outcome(Image image, GuestExchange exchange) {
        return Guests.run(HOST, image, exchange, LIMITS).execute().outcome();
    }

    private static RecordedExchange answer(Image image, RecordedExchange exchange) {
        assertThat(outcome(image, exchange))
                .as(exchange.logText())
                .isEqualTo(new Outcome.Completed());
        assertThat(exchange.responseHead().status()).isEqualTo(200);
        return exchange;
    }

    private static RecordedExchange post(String path, String body, Map<String, String> config) {
        return RecordedExchange.of("POST", path, body.getBytes(UTF_8), List.of(), config);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "# Hi *you*\n",
                "# A <b>x</b>\n\n<script>alert(1)</script>\n",
                "[x](javascript:alert(1)) [y](/z)",
                "| a | b |\n|---|---|\n| ü | 😀 |\n"
            })
    void aPageIsTheSameByteForByteAsThroughCgi(String document) {
        var cgi = RecordedExchange.post("/", document);
        answer(GUESTS.image("markdown"), cgi);
        var extism = RecordedExchange.post("/any/path", document);
        answer(GUESTS.image("markdown-extism"), extism);
        assertThat(extism.bodyBytes()).isEqualTo(cgi.bodyBytes());
    }

    @Test
    void anErrorIsAnExitAndItsTextIsLogged() {
        var exchange = RecordedExchange.post("/", " ");
        assertThat(outcome(GUESTS.image("markdown-extism"), exchange))
                .isEqualTo(new Outcome.Exited(-1));
        assertThat(exchange.logText()).isEqualTo("The document is empty.\n");
        assertThat(exchange.answered()).isFalse();
    }

    @Test
    void theFirstSegmentOfThePathNamesTheFunction() {
        assertThat(answer(GO, RecordedExchange.post("/echo", "a")).bodyText()).isEqualTo("a");
        assertThat(answer(GO, RecordedExchange.post("/echo/", "b")).bodyText()).isEqualTo("b");
        assertThat(answer(GO, RecordedExchange.post("/echo/x?y", "c")).bodyText()).isEqualTo("c");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/nothing", "/Echo", "//echo", "/echoes", "/_initialize", "/main"})
    void aPathThatNamesNoFunctionIsNotFound(String path) {
        var exchange = RecordedExchange.get(path);
        assertThat(outcome(GO, exchange)).isEqualTo(new Outcome.Completed());
        assertThat(exchange.responseHead().status()).isEqualTo(404);
        assertThat(exchange.bodyText()).isEqualTo("There is no such function here.\n");
        assertThat(exchange.logText()).contains("echo, fail, fetch, greet, say, visits\n");
    }

    @Test
    void aBodyOfManyPagesComesBackAsItIs() {
        byte[] body = new byte[3 * 1024 * 1024 + 5];
        new Random(7).nextBytes(body);
        var exchange = RecordedExchange.of("PUT", "/echo", body, List.of(), Map.of());
        assertThat(answer(GO, exchange).bodyBytes()).isEqualTo(body);
        assertThat(answer(GO, RecordedExchange.get("/echo")).bodyBytes()).isEmpty();
    }

    @Test
    void aPluginInAssemblyScriptCountsWords() {
        Image script = image("extism-script");
        var exchange = post("/", "one two\n drei vier ", Map.of("UNIT", "Wörter"));
        assertThat(answer(script, exchange).bodyText()).isEqualTo("4 Wörter");
        assertThat(outcome(script, RecordedExchange.post("/", " ")))
                .isEqualTo(new Outcome.Exited(2));
    }

    @Test
    void configIsTheManifests() {
        var exchange = post("/greet", "Ada", Map.of("GREETING", "Moin"));
        assertThat(answer(GO, exchange).bodyText()).isEqualTo("Moin Ada, 1 1");
    }

    @Test
    void aSecretIsReadAsConfigIs() {
        var nothing = new RecordedOutbound(new ResponseHead(200, List.of()), new byte[0]);
        var exchange = post("/greet", "Ada", Map.of("GREETING", "Moin"));
        assertThat(outcome(GO, nothing.grantedTo(exchange))).isEqualTo(new Outcome.Completed());
        assertThat(exchange.bodyText()).isEqualTo("secret Ada, 1 1");
    }

    @Test
    void variablesAndMemoryBeginAnewWithEveryRequest() {
        for (int i = 0; i < 3; i++) {
            assertThat(answer(GO, RecordedExchange.post("/greet", "Ada")).bodyText())
                    .isEqualTo("Hello Ada, 1 1");
        }
        assertThat(answer(GO, RecordedExchange.get("/visits")).bodyText()).isEqualTo("123");
    }

    @Test
    void theContentTypeIsConfigured() {
        List<Header> unknown = answer(GO, RecordedExchange.get("/echo")).responseHead().headers();
        assertThat(unknown).containsExactly(new Header("content-type", "application/octet-stream"));
        var exchange = post("/echo", "", Map.of("CONTENT_TYPE", "text/html"));
        assertThat(answer(GO, exchange).responseHead().headers())
                .containsExactly(new Header("content-type", "text/html"));
        var forged = post("/echo", "", Map.of("CONTENT_TYPE", "a\r\nset-cookie: b"));
        assertThat(answer(GO, forged).responseHead().headers())
                .containsExactly(new Header("content-type", "application/octet-stream"));
    }

    @Test
    void aCodeIsAnExitAndWhatWasSaidIsLogged() {
        var exchange = RecordedExchange.post("/fail", "x");
        assertThat(outcome(GO, exchange)).isEqualTo(new Outcome.Exited(3));
        assertThat(exchange.logged())
                .containsExactly("WARN it will fail\n", "ERROR as it was told: x\n");
    }

    @Test
    void theLogIsKeptFromItsLevelOn() {
        var exchange = RecordedExchange.get("/say");
        assertThat(answer(GO, exchange).logged())
                .containsExactly("ERROR loudly\n", "INFO to standard output\n");
        var all = RecordedExchange.get("/say").keeping(LogLevel.DEBUG);
        assertThat(answer(GO, all).logged())
                .containsExactly("DEBUG quietly\n", "ERROR loudly\n", "INFO to standard output\n");
    }

    @Test
    void aRequestToAnotherHostIsSentAndItsAnswerRead() {
        byte[] body = "pong".repeat(50_000).getBytes(UTF_8);
        var headers = List.of(new Header("X-To", "a \"b\"\\"), new Header("x-TO", "ü"));
        var outbound = new RecordedOutbound(new ResponseHead(207, headers), body);
        var exchange = RecordedExchange.post("/fetch", "http://granted.example/x?y");
        assertThat(outcome(GO, outbound.grantedTo(exchange))).isEqualTo(new Outcome.Completed());
        assertThat(exchange.bodyText()).isEqualTo("207 a \"b\"\\, ü " + new String(body, UTF_8));
        RecordedOutbound.Sent sent = outbound.sent().getFirst();
        assertThat(sent.head().method()).isEqualTo("POST");
        assertThat(sent.head().url()).isEqualTo("http://granted.example/x?y");
        assertThat(sent.head().headers())
                .contains(new Header("x-from", "a \"plug-in\"\\ of Jürgen's"));
        assertThat(sent.head().contentLength()).isEqualTo(200_000);
        assertThat(sent.body().toString(UTF_8))
                .isEqualTo("0123456789".repeat(20_000) + "|end|closed");
    }

    @Test
    void aRequestThatIsNotGrantedEndsTheGuest() {
        var exchange = RecordedExchange.post("/fetch", "http://granted.example/");
        assertThat(outcome(GO, exchange))
                .isEqualTo(
                        new Outcome.Trapped(
                                "http_request: the manifest grants no requests to other hosts:"
                                        + " capabilities.outbound"));
    }
}

package dev.cress.wasm;

import static dev.cress.wasm.guest.RunLimits.MIB;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.cress.wasm.guest.Abi;
import dev.cress.wasm.guest.Header;
import dev.cress.wasm.guest.Outcome;
import dev.cress.wasm.guest.RefusedModuleException;
import dev.cress.wasm.guest.RunLimits;
import dev.cress.wasm.javascript.ScriptModule;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/// A script answers requests, as the web's API has them, from what it left when it was deployed.
@Timeout(120)
@Order(5)
class JavaScriptTest {
    private static final WasmHost HOST = new WasmHost(512 * MIB);

    private static final RunLimits LIMITS = RunLimits.DEFAULT.within(Duration.ofSeconds(20));

    /// A script that does what its request's body says.
    private static Isolates evaluator;

    @BeforeAll
    static void prepare() throws RefusedModuleException {
        evaluator =
                script(
                        """
                        const AsyncFunction = (async () => {}).constructor;
                        export default {
                          async fetch(request, env, context) {
                            const body = await request.text();
                            return new AsyncFunction("request", "env", "context", body)(request, env, context);
                          },
                        };
                        """);
    }

    @AfterAll
    static void close() {
        evaluator.close();
        HOST.close();
    }

    private static Isolates script(String source) throws RefusedModuleException {
        Image image = HOST.prepare(module(source), "auto");
        assertThat(image.abi()).isEqualTo(Abi.JAVASCRIPT);
        return HOST.isolates(image);
    }

    /// What a handler with this body answers to a GET.
    private static String answer(String body) {
        var exchange =
                RecordedExchange.of("POST", "/a/b?c=d", body.getBytes(UTF_8), List.of(), Map.of());
        Outcome outcome = evaluator.run(exchange, LIMITS).execute().outcome();
        return outcome instanceof Outcome.Completed ? exchange.bodyText() : outcome.toString();
    }

    @Test
    void scriptsShareTheirEnginesCodeInOneProcessAndNothingElse() throws RefusedModuleException {
        String counts =
                """
                let counted = START;
                export default { fetch() { return new Response(`${++counted}`); } };
                """;
        try (var other = new WasmHost(64 * MIB)) {
            Image ten = HOST.prepare(module(counts.replace("START", "10")), "auto");
            Image twenty = other.prepare(module(counts.replace("START", "20")), "auto");
            assertThat(ten.blueprint().code()).isSameAs(twenty.blueprint().code());
            try (var tens = HOST.isolates(ten);
                    var twenties = other.isolates(twenty)) {
                assertThat(List.of(text(tens), text(twenties), text(tens), text(twenties)))
                        .containsExactly("11", "21", "11", "21");
            }
        }
    }

    private static byte[] module(String source) throws RefusedModuleException {
        return ScriptModule.of(source.getBytes(UTF_8));
    }

    private static String text(Isolates isolates) {
        var exchange = RecordedExchange.of("GET", "/", new byte[0], List.of(), Map.of());
        assertThat(isolates.run(exchange, LIMITS).execute().outcome())
                .isInstanceOf(Outcome.Completed.class);
        return exchange.bodyText();
    }

    @Test
    void aHandlerSeesTheRequestAndItsResponseIsTheAnswer() {
        String body =
                """
                const url = new URL(request.url);
                return new Response(`${request.method} ${url.pathname} ${url.searchParams.get("q")} \\
                ${request.headers.get("X-A")} ${env.KEY}`, { status: 201, headers: { "x-b": "c" } });
                """;
        var headers = List.of(new Header("x-a", "1"));
        var exchange =
                RecordedExchange.of(
                        "POST", "/p?q=ü%20", body.getBytes(UTF_8), headers, Map.of("KEY", "value"));
        assertThat(evaluator.run(exchange, LIMITS).execute().outcome())
                .isEqualTo(new Outcome.Completed());
        assertThat(exchange.bodyText()).isEqualTo("POST /p ü  1 value");
        assertThat(exchange.responseHead().status()).isEqualTo(201);
        assertThat(exchange.responseHead().headers()).contains(new Header("x-b", "c"));
    }

    @Test
    void whatAScriptKeepsIsGoneAtTheNextRequest() {
        for (int i = 0; i < 5; i++) {
            assertThat(
                            answer(
                                    "globalThis.n = (globalThis.n || 0) + 1; return new Response(''"
                                            + " + n)"))
                    .isEqualTo("1");
        }
    }

    @Test
    void noTwoRequestsGetTheSameRandomNumbers() throws RefusedModuleException {
        String random = "return new Response(Math.random() + ' ' + crypto.randomUUID())";
        assertThat(answer(random)).isNotEqualTo(answer(random));
        try (Isolates seeded =
                script("const s = Math.random(); export default () => new Response('' + s);")) {
            var first = RecordedExchange.get("/");
            var second = RecordedExchange.get("/");
            seeded.run(first, LIMITS).execute();
            seeded.run(second, LIMITS).execute();
            assertThat(first.bodyText()).isNotEmpty().isNotEqualTo(second.bodyText());
        }
    }

    @Test
    void timersAndPromisesAreWaitedFor() {
        assertThat(
                        answer(
                                """
                                const order = [];
                                const late = new Promise((resolve) => setTimeout(resolve, 500));
                                setTimeout(() => order.push("soon"), 1);
                                await late;
                                return Response.json([...order, "late"]);
                                """))
                .isEqualTo("[\"soon\",\"late\"]");
    }

    @Test
    void whatTheWebHasIsThere() {
        assertThat(answer("return new Response(btoa('Grüße') + atob('R3I='))"))
                .isEqualTo("R3L832U=Gr");
        assertThat(
                        answer(
                                "return new Response(new TextDecoder().decode(new"
                                        + " TextEncoder().encode('€𝄞')))"))
                .isEqualTo("€𝄞");
        assertThat(answer("return new Response(new URLSearchParams({a: 'b c'}))"))
                .isEqualTo("a=b+c");
        assertThat(answer("return new Response((async function* () { yield 'a'; yield 'b'; })())"))
                .isEqualTo("ab");
        assertThat(answer("return new Response(request.cress.function)")).isNotEmpty();
    }

    @Test
    void aScriptThatFailsSaysWhere() {
        assertThat(answer("null.x"))
                .contains("Trapped")
                .contains("script: TypeError")
                .contains("script.js");
        assertThat(answer("return 7")).contains("the handler returned no Response");
        assertThat(answer("await new Promise(() => {})"))
                .contains("waits for something that never comes");
        assertThat(answer("await fetch('https://example.com/')")).contains("capabilities.outbound");
        assertThatThrownBy(() -> script("export default { fetch( }"))
                .isInstanceOf(RefusedModuleException.class)
                .hasMessageContaining("SyntaxError")
                .hasMessageContaining("script.js:1");
        assertThatThrownBy(() -> script("export const x = 1;"))
                .isInstanceOf(RefusedModuleException.class)
                .hasMessageContaining("must export a handler");
    }

    /// A function's log keeps the reason.
    @Test
    void howAScriptFailedIsToldInSoManyCharacters() {
        assertThat(answer("throw new Error('x'.repeat(5000000))"))
                .contains("Error: xxxx")
                .hasSizeLessThan(Outcome.REASON_CHARACTERS_MAX + 100);
    }

    @Test
    void aScriptCantWriteHeadersOfItsOwnMaking() {
        assertThat(answer("return new Response('', { headers: { 'x-a': 'b\\r\\nx: y' } })"))
                .contains("invalid header value");
        assertThat(answer("return new Response('', { headers: { 'x a': 'b' } })"))
                .contains("invalid header name");
        // cut to a byte, it is a line feed
        assertThat(answer("return new Response('', { headers: { 'x-a': 'b\\u010ax: y' } })"))
                .contains("'x-a' is no header field");
        assertThat(answer("return new Response('', { status: 101 })"))
                .contains("status 101 is not from");
    }

    @Test
    void aScriptThatSpinsIsStopped() {
        var limits =
                new RunLimits(
                        Duration.ofMillis(200), Duration.ofMinutes(1), 128 * MIB, 9_999, MIB, 999);
        var spinning = RecordedExchange.post("/", "for (;;) {}");
        assertThat(evaluator.run(spinning, limits).execute().outcome())
                .isInstanceOf(Outcome.OutOfCpu.class);
    }
}

package dev.cress.wasm;

import static dev.cress.wasm.guest.RunLimits.MIB;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.cress.wasm.GrantedExchange.Answer;
import dev.cress.wasm.guest.Header;
import dev.cress.wasm.guest.Outcome;
import dev.cress.wasm.guest.ResponseHead;
import dev.cress.wasm.guest.RunLimits;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// Programs built with Fastly's SDKs for Go and JavaScript run as they are. They are too large to
/// be committed: each is tested where its `build.sh` was run.
class FastlyBuiltTest {
    private static final WasmHost HOST = new WasmHost(512 * MIB);
    private static final Guests GUESTS = new Guests(HOST);
    private static final RunLimits LIMITS =
            new RunLimits(
                    Duration.ofSeconds(30), Duration.ofSeconds(60), 128 * MIB, 65_536, MIB, 9_999);

    @AfterAll
    static void close() {
        HOST.close();
    }

    private static Image built(String example) {
        Path module =
                Path.of(System.getProperty("cress.root"), "examples", example, example + ".wasm");
        assumeTrue(Files.exists(module), module + " isn't built");
        return GUESTS.image(example);
    }

    private static GrantedExchange run(Image image, String method, String path, String body) {
        var recorded =
                RecordedExchange.of(
                        method, path, body.getBytes(UTF_8), List.of(), Map.of("GREETING", "Moin"));
        return run(image, new GrantedExchange(recorded));
    }

    private static GrantedExchange run(Image image, GrantedExchange exchange) {
        exchange.origin("site", "https://site.example")
                .origin("second", "http://second.example")
                .origin("users", "https://users.example")
                .origin("orders", "https://orders.example")
                .secret("LINK_KEY", "a key")
                .secret("SESSION_KEY", "another")
                .answering(asked -> answer(asked.head().url()));
        if (exchange.keyValueStore("counts").isEmpty()) {
            exchange.store("counts", new StoreInMemory()).store("notes", new StoreInMemory());
        }
        Outcome outcome = Guests.run(HOST, image, exchange, LIMITS).execute().outcome();
        assertThat(outcome).as(exchange.recorded().logText()).isEqualTo(new Outcome.Completed());
        return exchange;
    }

    private static Answer answer(String url) {
        boolean page = url.endsWith("/page");
        String body = page ? "<body>\n" : "\"" + url + "\"\n";
        var type = new Header("content-type", page ? "text/html" : "text/plain");
        return new Answer(new ResponseHead(200, List.of(type)), body);
    }

    @Test
    void runsGo() {
        Image go = built("fastly-go");
        GrantedExchange joined = run(go, "GET", "/joined", "");
        assertThat(joined.recorded().bodyText())
                .isEqualTo(
                        "{\"orders\":\"https://orders.example/v1/orders\",\"users\":\"https://users.example/v1/users\"}\n");
        assertThat(joined.recorded().logText()).isEqualTo("access: GET /joined\n");
        GrantedExchange who = run(go, "GET", "/whoami", "");
        assertThat(who.recorded().bodyText())
                .isEqualTo("Moin, 203.0.113.9 in Berlin. This is version 3 in fra.\n");
        assertThat(run(go, "POST", "/shout", "quiet".repeat(9_000)).recorded().bodyText())
                .isEqualTo("QUIET".repeat(9_000));
        GrantedExchange session = run(go, "GET", "/session", "");
        assertThat(session.recorded().bodyText()).isEqualTo("visit 1\n");
        Header cookie = session.recorded().responseHead().headers().getFirst();
        assertThat(cookie.value()).matches("session=1\\.[0-9a-f]{64}; Path=/; HttpOnly");
        assertThat(run(go, "GET", "/notes", "").recorded().responseHead().status()).isEqualTo(404);
        assertThat(run(go, "PUT", "/notes", "x").recorded().responseHead().status()).isEqualTo(204);
    }

    @Test
    void runsJavaScript() {
        Image js = built("fastly-js");
        GrantedExchange hello = run(js, "GET", "/", "");
        assertThat(hello.recorded().bodyText()).isEqualTo("Moin to Berlin from fra, visit 1.\n");
        assertThat(hello.recorded().responseHead().headers())
                .contains(new Header("set-cookie", "visits=1; Path=/; HttpOnly"));
        assertThat(run(js, "GET", "/sign?path=/a", "").recorded().bodyText())
                .matches("/signed\\?path=/a&mac=[0-9a-f]{64}\n");
        assertThat(run(js, "GET", "/count", "").recorded().bodyText()).isEqualTo("1\n");
        assertThat(run(js, "GET", "/both", "").recorded().bodyText())
                .isEqualTo("\"https://site.example/one\"\n\"http://second.example/two\"\n");
        GrantedExchange page = run(js, "GET", "/site/page", "");
        assertThat(page.recorded().bodyText()).isEqualTo("<body><p>Served from the edge.</p>\n");
        assertThat(page.events()).startsWith("head", "flush").endsWith("end");
    }
}

package dev.cress.wasm;

import static dev.cress.wasm.guest.RunLimits.MIB;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.cress.wasm.GrantedExchange.Answer;
import dev.cress.wasm.guest.Abi;
import dev.cress.wasm.guest.Header;
import dev.cress.wasm.guest.Outcome;
import dev.cress.wasm.guest.ResponseHead;
import dev.cress.wasm.guest.RunLimits;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/// A program built with Fastly's SDK for Rust runs as it is.
class FastlyRustTest {
    private static final WasmHost HOST = new WasmHost(64 * MIB);
    private static final Guests GUESTS = new Guests(HOST);
    private static final RunLimits LIMITS =
            new RunLimits(
                    Duration.ofSeconds(30), Duration.ofSeconds(60), 16 * MIB, 65_536, MIB, 9_999);

    @BeforeAll
    static void showsWhatItIs() throws Exception {
        Inspection inspection = WasmHost.inspect(Guests.bytes("fastly-rust"));
        assertThat(inspection.abi()).contains(Abi.FASTLY);
        assertThat(inspection.problem()).isEmpty();
    }

    @AfterAll
    static void close() {
        HOST.close();
    }

    private static GrantedExchange get(String path, Header... headers) {
        var config = Map.of("GREETING", "Moin");
        return granted(RecordedExchange.of("GET", path, new byte[0], List.of(headers), config));
    }

    private static GrantedExchange granted(RecordedExchange recorded) {
        return new GrantedExchange(recorded)
                .origin("site", "https://site.example")
                .origin("second", "http://second.example:81")
                .secret("LINK_KEY", "a key")
                .store("counts", new StoreInMemory());
    }

    private static void run(GrantedExchange exchange) {
        var run = Guests.run(HOST, GUESTS.image("fastly-rust"), exchange, LIMITS);
        assertThat(run.execute().outcome())
                .as(exchange.recorded().logText())
                .isEqualTo(new Outcome.Completed());
    }

    private static Answer page(String type, String body) {
        var length = new Header("Content-Length", Integer.toString(body.length()));
        return new Answer(
                new ResponseHead(200, List.of(new Header("Content-Type", type), length)), body);
    }

    @Test
    void greetsByConfigurationPlaceAndCookie() {
        GrantedExchange exchange = get("/", new Header("Cookie", "visits=6"));
        run(exchange);
        assertThat(exchange.recorded().bodyText())
                .isEqualTo("Moin to Berlin (DE) from fra, visit 7.\n");
        assertThat(exchange.recorded().responseHead().headers())
                .contains(
                        new Header("set-cookie", "visits=7; Path=/; HttpOnly"),
                        new Header("set-cookie", "seen=yes; Path=/"));
        assertThat(exchange.recorded().logText()).isEqualTo("access: GET /\n");
    }

    @Test
    void passesRequestsOnAndRewritesPagesAsTheyCome() {
        GrantedExchange exchange =
                get("/site/page?x=1", new Header("Cookie", "a=b"), new Header("X-Ask", "yes"))
                        .answering(_ -> page("text/html", "<body>\n<a href=\"http://x/\">x</a>\n"));
        run(exchange);
        var head = exchange.asked().getFirst().head();
        assertThat(head.url()).isEqualTo("https://site.example/page?x=1");
        assertThat(head.method()).isEqualTo("GET");
        assertThat(head.headers())
                .contains(new Header("x-edge", "fra-1"), new Header("x-ask", "yes"))
                .extracting(Header::name)
                .doesNotContain("cookie", "host");
        assertThat(exchange.recorded().bodyText())
                .isEqualTo("<body><p>Served from the edge.</p>\n<a href=\"https://x/\">x</a>\n");
        assertThat(exchange.recorded().responseHead().headers())
                .contains(new Header("x-rewritten", "yes"))
                .extracting(Header::name)
                .doesNotContain("content-length");
        assertThat(exchange.events()).startsWith("head", "flush", "write").endsWith("end");
    }

    @Test
    void passesWhatIsNoPageOnAsItIs() {
        GrantedExchange exchange =
                get("/site/picture").answering(_ -> page("image/png", "x".repeat(200_000)));
        run(exchange);
        assertThat(exchange.recorded().bodyText()).isEqualTo("x".repeat(200_000));
        assertThat(exchange.recorded().responseHead().headers())
                .contains(new Header("content-length", "200000"));
    }

    @Test
    void saysWhenTheSiteIsNotGranted() {
        var exchange = new GrantedExchange(RecordedExchange.get("/site/page"));
        run(exchange);
        assertThat(exchange.recorded().responseHead().status()).isEqualTo(502);
        assertThat(exchange.recorded().bodyText()).startsWith("The site can't be asked: ");
        assertThat(exchange.asked()).isEmpty();
    }

    @Test
    void signsLinksWithASecretAndChecksThem() {
        GrantedExchange signing = get("/sign?path=/a");
        run(signing);
        String link = signing.recorded().bodyText().strip();
        assertThat(link).matches("/signed\\?path=/a&mac=[0-9a-f]{64}");
        GrantedExchange good = get(link);
        run(good);
        assertThat(good.recorded().bodyText()).isEqualTo("The link is good.\n");
        GrantedExchange forged = get(link.replace("/a&", "/b&"));
        run(forged);
        assertThat(forged.recorded().responseHead().status()).isEqualTo(403);
    }

    @Test
    void asksTwoPlacesAtOnce() {
        GrantedExchange exchange =
                get("/both").answering(asked -> page("text/plain", asked.head().url() + "\n"));
        run(exchange);
        assertThat(exchange.recorded().bodyText())
                .isEqualTo("http://second.example:81/two\nhttps://site.example/one\n");
    }

    @Test
    void passesABodyOnAsItComes() {
        byte[] body = "x".repeat(300_000).getBytes(UTF_8);
        var recorded = RecordedExchange.of("POST", "/upload", body, List.of(), Map.of());
        GrantedExchange exchange =
                granted(recorded).answering(asked -> page("text/plain", "got " + asked.body()));
        run(exchange);
        assertThat(exchange.asked().getFirst().head().contentLength()).isEqualTo(-1);
        assertThat(exchange.asked().getFirst().isWhole()).isTrue();
        assertThat(exchange.recorded().bodyText())
                .isEqualTo("got begin " + "x".repeat(300_000) + " end");
    }

    @Test
    void countsInAStore() {
        var store = new StoreInMemory();
        for (int visit = 1; visit <= 3; visit++) {
            GrantedExchange exchange = get("/count").store("counts", store);
            run(exchange);
            assertThat(exchange.recorded().bodyText()).isEqualTo(visit + " of visits\n");
        }
        assertThat(store.get("visits").orElseThrow().metadata()).isEqualTo("a count");
    }

    @Test
    void sendsTheHeadBeforeTheBody() {
        GrantedExchange exchange = get("/stream");
        run(exchange);
        assertThat(exchange.recorded().bodyText()).isEqualTo("line 1\nline 2\nline 3\n");
        assertThat(exchange.events())
                .containsExactly("head", "flush", "write", "write", "write", "end");
    }

    @Test
    void leavesNothingToItsNextRequest() {
        GrantedExchange first = get("/");
        run(first);
        GrantedExchange second = get("/");
        run(second);
        assertThat(second.recorded().bodyBytes()).isEqualTo(first.recorded().bodyBytes());
    }
}

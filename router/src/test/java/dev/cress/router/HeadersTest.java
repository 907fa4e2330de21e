package dev.cress.router;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cress.contract.CressHeader;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.List;

/// Which words reach whom.
class HeadersTest {
    private final House house;
    private final FakeNode node;

    HeadersTest(@TempDir Path data) {
        house = new House(data);
        node = house.frankfurt();
    }

    @AfterEach
    void tearDown() {
        house.close();
    }

    private FakeNode.Seen seen(String... lines) {
        try (var client = new RawHttp(house.router().port())) {
            client.send("GET /path?q=%20x HTTP/1.1", "Host: shop.example:8080");
            client.send(lines);
            client.sendText("\r\n").readUntil("\r\n\r\n");
        }
        return node.seen.getLast();
    }

    @Test
    void aNodeLearnsWhoAsks() {
        house.open();
        var seen = seen("X-Forwarded-For: 193.99.144.80", "X-Forwarded-Proto: https");
        assertThat(seen.uri()).isEqualTo("/path?q=%20x");
        assertThat(seen.header("host")).isEqualTo("shop.example:8080");
        assertThat(seen.header(CressHeader.ROUTER_KEY)).isEqualTo(FakeControlPlane.ROUTER_KEY);
        assertThat(seen.header(CressHeader.CLIENT_ADDRESS)).isEqualTo("193.99.144.80");
        assertThat(seen.header(CressHeader.CLIENT_COUNTRY)).isEqualTo("DE");
        assertThat(seen.header(CressHeader.CLIENT_CITY)).isEmpty();
        assertThat(seen.header(CressHeader.CLIENT_SCHEME)).isEqualTo("https");
        assertThat(seen.header(CressHeader.REQUEST_ID))
                .matches("[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
        assertThat(seen.header("cdn-loop")).isEqualTo("cress");
    }

    @Test
    void aStrangersWordAboutItselfIsNotBelieved() {
        house.open(house.config().withTrustedPeers(List.of("10.0.0.0/8")));
        var seen =
                seen(
                        "X-Forwarded-For: 193.99.144.80",
                        "Forwarded: for=193.99.144.80;proto=https",
                        "X-Forwarded-Proto: https",
                        "X-Real-IP: 193.99.144.80",
                        "X-Request-Id: mine");
        assertThat(seen.header(CressHeader.CLIENT_ADDRESS)).isEqualTo("127.0.0.1");
        assertThat(seen.header(CressHeader.CLIENT_COUNTRY)).isEmpty();
        assertThat(seen.header(CressHeader.CLIENT_SCHEME)).isEqualTo("http");
        assertThat(seen.header(CressHeader.REQUEST_ID)).isNotEqualTo("mine");
        assertThat(seen.header("x-forwarded-for")).isEmpty();
        assertThat(seen.header("x-forwarded-proto")).isEmpty();
        assertThat(seen.header("forwarded")).isEmpty();
        assertThat(seen.header("x-real-ip")).isEmpty();
    }

    @Test
    void aTrustedPeersRequestIdIsKeptAndAnswered() {
        house.open();
        var response = house.send(house.request("/").header("x-request-id", "theirs-1"));
        assertThat(node.seen.getFirst().header(CressHeader.REQUEST_ID)).isEqualTo("theirs-1");
        assertThat(House.header(response, "x-request-id")).isEqualTo("theirs-1");
        var odd = house.send(house.request("/").header("x-request-id", "x".repeat(129)));
        assertThat(House.header(odd, "x-request-id")).hasSize(36);
    }

    @Test
    void spoofedHeadersOfOursAreStripped() {
        house.open();
        var seen =
                seen(
                        "X-Cress-Router-Key: guess",
                        "x-cress-client-country: XX",
                        "X-CRESS-CLIENT-CITY: Atlantis",
                        "X-Cress-Anything: goes",
                        "X-Cress-Affinity: me");
        assertThat(seen.header(CressHeader.ROUTER_KEY)).isEqualTo(FakeControlPlane.ROUTER_KEY);
        assertThat(seen.header(CressHeader.CLIENT_COUNTRY)).isEmpty();
        assertThat(seen.header(CressHeader.CLIENT_CITY)).isEmpty();
        assertThat(seen.header("x-cress-anything")).isEmpty();
        assertThat(seen.header(CressHeader.AFFINITY)).isEqualTo("me");
    }

    @Test
    void whatIsForOneConnectionStaysThere() {
        house.open();
        var seen =
                seen(
                        "Connection: keep-alive, X-Private, X-Cress-Client-Address",
                        "Keep-Alive: timeout=5",
                        "Proxy-Connection: keep-alive",
                        "Proxy-Authorization: Basic x",
                        "X-Private: 1",
                        "TE: trailers",
                        "Upgrade: h2c",
                        "Traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        assertThat(seen.header("x-private")).isEmpty();
        assertThat(seen.header("keep-alive")).isEmpty();
        assertThat(seen.header("proxy-connection")).isEmpty();
        assertThat(seen.header("proxy-authorization")).isEmpty();
        assertThat(seen.header("te")).isEmpty();
        assertThat(seen.header("upgrade")).isEmpty();
        assertThat(seen.header(CressHeader.CLIENT_ADDRESS)).isEqualTo("127.0.0.1");
        assertThat(seen.header("traceparent"))
                .isEqualTo("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
    }

    @Test
    void aClientReadsWhatIsMeantForIt() {
        house.open();
        Iterable<String> cookies = List.of("a=1", "b=2");
        node.behaviour =
                request ->
                        request.response()
                                .putHeader("x-cress-node", "fra")
                                .putHeader("x-cress-version", "3")
                                .putHeader("x-cress-function", "shop")
                                .putHeader("x-cress-router-key", "leaked")
                                .putHeader("proxy-status", "cress; error=http_request_error")
                                .putHeader("server-timing", "guest;dur=1")
                                .putHeader("connection", "keep-alive, x-hop")
                                .putHeader("x-hop", "1")
                                .putHeader("set-cookie", cookies)
                                .putHeader("cache-control", "public, max-age=much")
                                .putHeader("expires", "0")
                                .putHeader("date", "yesterday")
                                .end("hi");
        var response = house.get("/", House.GERMAN);
        assertThat(response.body()).isEqualTo("hi");
        assertThat(House.header(response, "x-cress-node")).isEqualTo("fra");
        assertThat(House.header(response, "x-cress-version")).isEqualTo("3");
        assertThat(House.header(response, "x-cress-function")).isEmpty();
        assertThat(House.header(response, "x-cress-router-key")).isEmpty();
        assertThat(House.header(response, "proxy-status")).contains("http_request_error");
        assertThat(House.header(response, "server-timing")).isEqualTo("guest;dur=1");
        assertThat(House.header(response, "x-hop")).isEmpty();
        assertThat(House.header(response, "set-cookie")).isEqualTo("a=1|b=2");
        assertThat(House.header(response, "cache-control")).isEqualTo("public, max-age=much");
        assertThat(House.header(response, "date")).isEqualTo("yesterday");
    }

    @Test
    void largeHeadersOfAnAnswerPass() {
        house.open();
        node.behaviour = request -> request.response().putHeader("x-a", "a".repeat(60_000)).end();
        assertThat(House.header(house.get("/", House.GERMAN), "x-a")).hasSize(60_000);
    }

    @Test
    void aLoopIsCut() {
        house.open();
        assertThat(seen("CDN-Loop: other; v=1").header("cdn-loop")).isEqualTo("other; v=1, cress");
        for (String loop : List.of("cress", "other, CRESS;v=2", "a, cress , b")) {
            var response = house.send(house.request("/").header("cdn-loop", loop));
            assertThat(response.statusCode()).isEqualTo(508);
            assertThat(House.header(response, "x-cress-error")).isEqualTo("loop");
            assertThat(House.header(response, "proxy-status"))
                    .isEqualTo("cress-router; error=proxy_loop_detected");
        }
        assertThat(node.seen).hasSize(1);
    }

    @Test
    void anAbsoluteTargetNamesTheHost() {
        house.open();
        try (var client = new RawHttp(house.router().port())) {
            client.send("GET http://real.example/a?b HTTP/1.1", "Host: other.example", "");
            client.readUntil("\r\n\r\n");
        }
        assertThat(node.seen.getFirst().uri()).isEqualTo("/a?b");
        assertThat(node.seen.getFirst().header("host")).isEqualTo("real.example");
    }
}

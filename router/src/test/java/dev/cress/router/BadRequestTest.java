package dev.cress.router;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/// What is too large, malformed or ambiguous stops at the router.
class BadRequestTest {
    /// One request each; `|` for the end of a line.
    private static final List<String> AMBIGUOUS =
            List.of(
                    "GET / HTTP/1.1",
                    "GET / HTTP/1.1|Host:",
                    "GET / HTTP/1.1|Host: a|Host: b",
                    "GET / HTTP/1.1|Host: a b",
                    "GET / HTTP/1.1|Host: a/b",
                    "GET / HTTP/1.1|Host : a",
                    "GET / HTTP/1.1|Host: a|X-\u0001: b",
                    "GET / HTTP/1.1|Host: a|no colon",
                    "GET /a b HTTP/1.1|Host: a",
                    "GET /\u00e9 HTTP/1.1|Host: a",
                    "GET /a#b HTTP/1.1|Host: a",
                    "GET a HTTP/1.1|Host: a",
                    "GET ftp://a/ HTTP/1.1|Host: a",
                    "GET http:///x HTTP/1.1|Host: a",
                    "GET http://u:p@a/x HTTP/1.1|Host: a",
                    "CONNECT a:443 HTTP/1.1|Host: a:443",
                    "GET / HTTP/1.0|Transfer-Encoding: chunked|Host: a",
                    "POST / HTTP/1.1|Host: a|Content-Length: -1",
                    "POST / HTTP/1.1|Host: a|Content-Length: 1x",
                    "POST / HTTP/1.1|Host: a|Content-Length: 1|Content-Length: 2",
                    "POST / HTTP/1.1|Host: a|Content-Length: 1, 2",
                    "POST / HTTP/1.1|Host: a|Transfer-Encoding: gzip, chunked",
                    "POST / HTTP/1.1|Host: a|Transfer-Encoding: chunked, identity",
                    "POST / HTTP/1.1|Host: a|Transfer-Encoding: xchunked",
                    "POST / HTTP/1.1|Host: a|Transfer-Encoding: chunked|Transfer-Encoding: chunked",
                    "POST / HTTP/1.0|Host: a|Content-Length: 4|Transfer-Encoding: chunked",
                    "nonsense");

    private final House house;
    private final FakeNode node;

    BadRequestTest(@TempDir Path data) {
        house = new House(data);
        node = house.frankfurt();
        house.open();
    }

    @AfterEach
    void tearDown() {
        house.close();
    }

    /// The whole answer to this text, which ends with the connection.
    private String answer(String text) {
        try (var client = new RawHttp(house.router().port())) {
            return client.sendText(text).readAll();
        }
    }

    private static String text(String... lines) {
        return String.join("\r\n", lines) + "\r\n";
    }

    @Test
    void aRequestLineThatIsTooLongIsRefused() {
        String answer = answer("GET /" + "a".repeat(9_000) + " HTTP/1.1\r\nHost: a\r\n\r\n");
        assertThat(answer)
                .startsWith("HTTP/1.")
                .contains(" 414 ")
                .contains("x-cress-error: request-too-large")
                .contains("application/problem+json")
                .contains("longer than 8192 bytes");
    }

    @Test
    void headersThatAreTooLargeAreRefused() {
        String answer =
                answer("GET / HTTP/1.1\r\nHost: a\r\nX-A: " + "a".repeat(66_000) + "\r\n\r\n");
        assertThat(answer)
                .startsWith("HTTP/1.1 431")
                .contains("x-cress-error: request-too-large")
                .contains("longer than 65536 bytes");
    }

    @Test
    void largeHeadersWithinTheLimitPass() {
        var response = house.send(house.request("/").header("x-a", "a".repeat(60_000)));
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(node.seen.getFirst().header("x-a")).hasSize(60_000);
    }

    @Test
    void whatCanBeReadInTwoWaysIsRefused() {
        for (String lines : AMBIGUOUS) {
            String answer = answer(text(lines.split("\\|", -1)) + "\r\n");
            assertThat(answer)
                    .as(lines)
                    .startsWith("HTTP/1.")
                    .contains(" 400 ")
                    .contains("x-cress-error: bad-request")
                    .contains("proxy-status: cress-router; error=http_request_error")
                    .contains("\"code\":\"bad-request\"");
        }
        assertThat(node.seen).isEmpty();
    }

    /// The decoder drops `content-length` here, as RFC 9112 §6.3 lets it: what goes on has one
    /// reading only.
    @Test
    void aLengthBesideChunksSmugglesNothing() {
        try (var client = new RawHttp(house.router().port())) {
            client.send(
                    "POST /first HTTP/1.1",
                    "Host: a",
                    "Content-Length: 4",
                    "Transfer-Encoding: chunked",
                    "",
                    "3",
                    "abc",
                    "0",
                    "",
                    "GET /second HTTP/1.1",
                    "Host: a",
                    "");
            client.readUntil("abc");
            client.readUntil("\r\n\r\n");
        }
        assertThat(node.seen).extracting(FakeNode.Seen::uri).containsExactly("/first", "/second");
        assertThat(node.seen.getFirst().header("content-length")).isEmpty();
        assertThat(node.seen.getFirst().header("transfer-encoding")).isEqualTo("chunked");
    }

    /// Netty takes 8 bytes of body with these headers: the node must not wait for them, or it takes
    /// them from the next request on the connection.
    @Test
    void anOldWebSocketHandshakeSmugglesNothing() {
        for (int i = 0; i < 3; i++) {
            try (var client = new RawHttp(house.router().port())) {
                client.send(
                        "GET / HTTP/1.1",
                        "Host: a",
                        "Sec-WebSocket-Key1: 1",
                        "Sec-WebSocket-Key2: 2",
                        "",
                        "12345678");
                assertThat(client.readUntil("\r\n\r\n")).startsWith("HTTP/1.1 200");
            }
            assertThat(house.get("/", House.GERMAN).statusCode()).isEqualTo(200);
        }
        assertThat(node.seen).hasSize(6);
    }

    @Test
    void aBodyWithoutFramingIsTheNextRequestAndNoBodyOfANodes() {
        String answer = answer(text("GET / HTTP/1.1", "Host: a", "", "GET /smuggled HTTP/1.0", ""));
        assertThat(answer.toLowerCase(Locale.ROOT)).contains("http/1.1 200");
        assertThat(node.seen).extracting(FakeNode.Seen::uri).containsExactly("/");
    }

    @Test
    void aBrokenChunkBreaksTheRequestOff() {
        String answer =
                answer(
                        text(
                                "POST / HTTP/1.1",
                                "Host: a",
                                "Transfer-Encoding: chunked",
                                "",
                                "zz",
                                "abc"));
        assertThat(answer).doesNotContain("200 OK");
    }

    @Test
    void connectionsBeyondTheLimitAreToldSo(@TempDir Path data) {
        try (var small = new House(data)) {
            small.frankfurt();
            var limits = RouterConfig.Clients.DEFAULT;
            small.open(
                    small.config()
                            .withClients(
                                    new RouterConfig.Clients(
                                            1,
                                            limits.requestLineBytesMax(),
                                            limits.headerBytesMax(),
                                            limits.idleTimeout(),
                                            limits.drainTimeout())));
            String request = text("GET / HTTP/1.1", "Host: a", "");
            try (var first = new RawHttp(small.router().port())) {
                first.sendText(request).readUntil("200 OK");
                try (var second = new RawHttp(small.router().port())) {
                    assertThat(second.sendText(request).readAll())
                            .startsWith("HTTP/1.1 503")
                            .contains("retry-after: 1")
                            .contains("1 connections open, its limit");
                }
            }
        }
    }
}

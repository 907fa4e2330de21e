package dev.cress.node.outbound;

import static dev.cress.node.outbound.OutboundHouse.ask;
import static dev.cress.node.outbound.OutboundHouse.get;
import static dev.cress.node.outbound.OutboundHouse.text;
import static dev.cress.node.outbound.OutboundHouse.url;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.cress.wasm.guest.Header;
import dev.cress.wasm.guest.Outbound.OutboundHead;
import dev.cress.wasm.guest.OutboundException;
import dev.cress.wasm.guest.OutboundException.Reason;

import io.vertx.core.http.HttpServer;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;

/// What goes out with a request, and what of an answer comes in.
class ExchangeTest {
    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
    private static final String TRACEPARENT = "00-" + TRACE + "-b7ad6b7169203331-01";

    private final OutboundHouse house = new OutboundHouse(OutboundHouse.LOOPBACK);
    private final Map<String, String> seen = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);

    private final HttpServer echo =
            house.serve(
                    http -> {
                        http.headers().forEach(h -> seen.put(h.getKey(), h.getValue()));
                        http.body()
                                .onSuccess(
                                        body ->
                                                http.response()
                                                        .setStatusCode(201)
                                                        .putHeader("x-answer", "yes")
                                                        .putHeader("keep-alive", "timeout=60")
                                                        .end(
                                                                "%s %s %s"
                                                                        .formatted(
                                                                                http.method(),
                                                                                http.uri(),
                                                                                body)));
                    });

    @AfterEach
    void close() {
        house.close();
    }

    private String sent(OutboundHead head, Header... request) throws OutboundException {
        seen.clear();
        return text(ask(house.runTo(echo, request), head));
    }

    @Test
    void aRequestWithABodyIsAnsweredWithOne() throws Exception {
        var call =
                house.runTo(echo)
                        .begin(new OutboundHead("POST", url(echo, "/a?b=c"), List.of(), 4));
        call.write("-body-".getBytes(StandardCharsets.US_ASCII), 1, 4);
        call.end();
        assertThat(call.response().status()).isEqualTo(201);
        assertThat(call.response().headers())
                .contains(new Header("x-answer", "yes"))
                .noneMatch(h -> h.name().equals("keep-alive"));
        assertThat(text(call)).isEqualTo("POST /a?b=c body");
        assertThat(seen)
                .containsEntry("content-length", "4")
                .doesNotContainKey("transfer-encoding");
        assertThat(house.outcomes).containsExactly("ok");
    }

    @Test
    void aBodyOfUnknownLengthIsChunkedAndNoneIsNone() throws Exception {
        var call = house.runTo(echo).begin(new OutboundHead("PUT", url(echo, "/"), List.of(), -1));
        call.write(new byte[] {'x'}, 0, 1);
        call.end();
        assertThat(text(call)).isEqualTo("PUT / x");
        assertThat(seen).containsEntry("transfer-encoding", "chunked");
        sent(new OutboundHead("GET", url(echo, "/"), List.of(), -1));
        assertThat(seen).doesNotContainKeys("transfer-encoding", "content-length");
        sent(new OutboundHead("POST", url(echo, "/"), List.of(), -1));
        assertThat(seen).containsEntry("content-length", "0");
    }

    @Test
    void theNodesWordsAreAddedAndNotAGuestsToSay() throws Exception {
        sent(
                get(
                        url(echo, "/"),
                        new Header("Host", "other.example"),
                        new Header("X-Request-Id", "mine"),
                        new Header("X-Cress-Router-Key", "guessed"),
                        new Header("CDN-Loop", "mine"),
                        new Header("Content-Length", "7"),
                        new Header("Transfer-Encoding", "chunked"),
                        new Header("Proxy-Authorization", "x"),
                        new Header("Connection", "close, x-hop"),
                        new Header("X-Hop", "x"),
                        new Header("Upgrade", "h2c"),
                        new Header("X-Forwarded-For", "192.0.2.1"),
                        new Header("X-Mine", "kept")),
                new Header("cdn-loop", "other; v=1, cress"));
        assertThat(seen)
                .containsEntry("host", "127.0.0.1:" + echo.actualPort())
                .containsEntry("x-request-id", "the-request-id")
                .containsEntry("cdn-loop", "other; v=1, cress")
                .containsEntry("user-agent", "cress")
                .containsEntry("x-forwarded-for", "192.0.2.1")
                .containsEntry("x-mine", "kept")
                .doesNotContainKeys(
                        "x-cress-router-key",
                        "content-length",
                        "transfer-encoding",
                        "proxy-authorization",
                        "connection",
                        "x-hop",
                        "upgrade");
    }

    @Test
    void aGuestsOwnUserAgentStays() throws Exception {
        sent(get(url(echo, "/"), new Header("User-Agent", "mine/1")));
        assertThat(seen).containsEntry("user-agent", "mine/1").containsEntry("cdn-loop", "cress");
    }

    @Test
    void everyRequestIsASpanOfItsOwnBelowTheRequestsTrace() throws Exception {
        var given = new Header("traceparent", TRACEPARENT);
        sent(get(url(echo, "/")), given, new Header("tracestate", "a=b"));
        String first = String.valueOf(seen.get("traceparent"));
        assertThat(first).matches("00-" + TRACE + "-[0-9a-f]{16}-01").isNotEqualTo(TRACEPARENT);
        assertThat(seen).containsEntry("tracestate", "a=b");
        sent(get(url(echo, "/"), given), given);
        assertThat(seen.get("traceparent"))
                .startsWith("00-" + TRACE)
                .isNotEqualTo(TRACEPARENT)
                .isNotEqualTo(first);
    }

    @Test
    void aGuestsOwnSpanStaysAndNonsenseDoesNot() throws Exception {
        String own = "00-" + "a".repeat(32) + "-" + "b".repeat(16) + "-00";
        sent(get(url(echo, "/"), new Header("traceparent", own)));
        assertThat(seen).containsEntry("traceparent", own);
        sent(get(url(echo, "/"), new Header("traceparent", "nonsense")));
        assertThat(seen.get("traceparent")).matches("00-[0-9a-f]{32}-[0-9a-f]{16}-00");
    }

    @Test
    void nothingThatIsNoHeaderGoesOut() {
        RunOutbound run = house.runTo(echo);
        for (Header bad :
                List.of(
                        new Header("a b", "x"),
                        new Header("", "x"),
                        new Header("a:", "x"),
                        new Header("a\r\nb", "x"),
                        new Header("a", "x\r\nb: y"),
                        new Header("a", "x\ny"),
                        new Header("a", "x\u0000"),
                        new Header("a", "\u560a"),
                        new Header("a", "\u007f"))) {
            refused(Reason.INVALID, run, get(url(echo, "/"), bad));
        }
        for (String method : List.of("", "G T", "GET / HTTP/1.1\r\nx:", "CONNECT", "TRACE")) {
            refused(Reason.INVALID, run, new OutboundHead(method, url(echo, "/"), List.of(), 0));
        }
        assertThat(seen).isEmpty();
    }

    private static void refused(Reason reason, RunOutbound run, OutboundHead head) {
        assertThatThrownBy(() -> run.begin(head))
                .isInstanceOfSatisfying(
                        OutboundException.class, e -> assertThat(e.reason()).isEqualTo(reason));
    }

    @Test
    void aBodyThatIsNotAsLongAsDeclaredIsNeverTakenForTheWhole() throws Exception {
        var wholes = new AtomicInteger();
        HttpServer server =
                house.serve(http -> http.body().onSuccess(_ -> wholes.incrementAndGet()));
        for (int length : List.of(3, 9)) {
            var call =
                    house.runTo(server)
                            .begin(new OutboundHead("POST", url(server, "/"), List.of(), 6));
            assertThatThrownBy(
                            () -> {
                                call.write(new byte[length], 0, length);
                                call.end();
                            })
                    .hasMessageContaining("that it declared");
            assertThatThrownBy(call::response).hasMessageContaining("that it declared");
        }
        await().until(() -> house.client.connections().open() == 0);
        assertThat(wholes).hasValue(0);
        assertThat(house.outcomes).containsExactly("invalid", "invalid");
    }

    @Test
    void aHeadRequestHasTheLengthAndNoBody() throws Exception {
        try (var server =
                new RawServer(RawServer.answers("HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n"))) {
            RunOutbound run = house.run(List.of(server.url("")));
            var call = ask(run, new OutboundHead("HEAD", server.url("/"), List.of(), 0));
            assertThat(call.response().headers()).contains(new Header("Content-Length", "7"));
            assertThat(text(call)).isEmpty();
        }
    }

    @Test
    void connectionsAreUsedAgainByWhoeverAsksNext() throws Exception {
        for (int i = 0; i < 10; i++) {
            assertThat(sent(get(url(echo, "/" + i)))).isEqualTo("GET /" + i + " ");
            assertThat(house.client.admission().underWay()).isZero();
        }
        assertThat(house.client.connections().open()).isEqualTo(1);
    }

    @Test
    void aConnectionThatSomebodyLoggedInOnIsNotUsedAgain() throws Exception {
        sent(get(url(echo, "/"), new Header("Authorization", "Negotiate abc=")));
        await().until(() -> house.client.connections().open() == 0);
        sent(get(url(echo, "/"), new Header("Authorization", "Bearer abc")));
        assertThat(house.client.connections().open()).isEqualTo(1);
    }

    @Test
    void aGetIsAskedOnceMoreWhenItsConnectionWasJustBeingClosed() throws Exception {
        var connections = new AtomicInteger();
        try (var server =
                new RawServer(
                        socket -> {
                            connections.incrementAndGet();
                            RawServer.answers("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
                                    .meet(socket);
                            RawServer.readHead(socket);
                            socket.close();
                        })) {
            RunOutbound run = house.run(List.of(server.url("")));
            assertThat(text(ask(run, get(server.url("/"))))).isEqualTo("ok");
            assertThat(text(ask(run, get(server.url("/"))))).isEqualTo("ok");
            assertThat(connections).hasValue(2);
            var post = ask(run, new OutboundHead("POST", server.url("/"), List.of(), 0));
            assertThatThrownBy(post::response).hasMessageContaining("the connection broke");
        }
    }

    @Test
    void anAnswerMayComeBeforeTheRequestIsWhole() throws Exception {
        try (var server =
                new RawServer(
                        RawServer.answers("HTTP/1.1 413 No\r\nContent-Length: 2\r\n\r\nno"))) {
            RunOutbound run = house.run(List.of(server.url("")));
            var call = run.begin(new OutboundHead("POST", server.url("/"), List.of(), -1));
            call.write(new byte[1], 0, 1);
            assertThat(call.response().status()).isEqualTo(413);
            assertThat(text(call)).isEqualTo("no");
            call.write(new byte[1 << 20], 0, 1 << 20);
            call.end();
            await().until(() -> server.open() == 0);
        }
    }

    @Test
    void theFirstOfSeveralAnswersEndsTheWait() throws Exception {
        HttpServer server =
                house.serve(
                        http -> {
                            if (http.path().equals("/answered")) {
                                http.response().end();
                            }
                        });
        RunOutbound run = house.runTo(server);
        var silent = ask(run, get(url(server, "/silent")));
        assertThat(run.awaitAny(List.of(silent), Duration.ZERO)).isEqualTo(-1);
        assertThat(run.awaitAny(List.of(silent), Duration.ofMillis(20))).isEqualTo(-1);
        var answered = ask(run, get(url(server, "/answered")));
        assertThat(run.awaitAny(List.of(silent, answered), Duration.ofSeconds(1_000_000_000_000L)))
                .isEqualTo(1);
        assertThat(answered.isDone()).isTrue();
        assertThat(silent.isDone()).isFalse();
        assertThat(run.awaitAny(List.of(), Duration.ofSeconds(9))).isEqualTo(-1);
    }
}

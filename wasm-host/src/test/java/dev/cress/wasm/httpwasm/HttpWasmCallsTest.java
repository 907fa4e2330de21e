package dev.cress.wasm.httpwasm;

import static dev.cress.wasm.httpwasm.HandlerCaller.REQUEST;
import static dev.cress.wasm.httpwasm.HandlerCaller.RESPONSE;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.cress.wasm.guest.Header;
import dev.cress.wasm.guest.LogLevel;
import dev.cress.wasm.guest.Outcome;
import dev.cress.wasm.guest.ResponseHead;
import dev.cress.wasm.stop.GuestEnded;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.List;
import java.util.Map;

/// What each function of `http_handler` answers.
class HttpWasmCallsTest {
    private static final int TRAILERS = 2;
    private static final int BOTH_BUFFERS = 3;

    private final HandlerCaller caller = new HandlerCaller().begin();

    private static Outcome outcome(ThrowingCallable call) {
        var ended = new Outcome[1];
        assertThatExceptionOfType(GuestEnded.class)
                .isThrownBy(call)
                .satisfies(e -> ended[0] = e.outcome());
        return ended[0];
    }

    private static void breaks(String rule, ThrowingCallable call) {
        assertThat(outcome(call)).isEqualTo(new Outcome.BrokeProtocol("http_handler: " + rule));
    }

    private void behind(int status, String text, Header... headers) {
        byte[] bytes = text.getBytes(UTF_8);
        var response = caller.handling().response();
        response.head(new ResponseHead(status, List.of(headers)));
        response.write(bytes, 0, bytes.length);
        caller.handling().afterNext();
    }

    private void answers(int status, String text, Header... headers) {
        caller.handling().response().end();
        assertThat(caller.head).isEqualTo(new ResponseHead(status, List.of(headers)));
        assertThat(caller.answer.toString(UTF_8)).isEqualTo(text);
    }

    @Test
    void thereAreNineteenOfThem() {
        assertThat(HandlerCaller.FUNCTIONS).hasSize(19);
    }

    @Test
    void tellsTheRequest() {
        assertThat(caller.text("get_method")).isEqualTo("GET");
        assertThat(caller.text("get_uri")).isEqualTo("/a?b=c");
        assertThat(caller.text("get_protocol_version")).isEqualTo("HTTP/1.1");
        assertThat(caller.text("get_source_addr")).isEqualTo("[2001:db8::7]:0");
    }

    @Test
    void writesNothingWhereThereIsTooLittleRoomButSaysHowMuchIsNeeded() {
        caller.memory.fill((byte) 7, 0, HandlerCaller.MEMORY_BYTES);
        assertThat(caller.call("get_uri", 0, 5)).isEqualTo(6);
        assertThat(caller.call("get_header_names", REQUEST, 0, 4)).isEqualTo(1L << 32 | 5);
        assertThat(caller.memory.readBytes(0, 6)).containsOnly(7);
        assertThat(caller.call("get_uri", 0, 6)).isEqualTo(6);
        assertThat(caller.memory.readBytes(0, 6)).isEqualTo("/a?b=c".getBytes(ISO_8859_1));
    }

    @Test
    void changesTheRequestForWhatStandsBehind() {
        caller.set("set_method", "PUT");
        caller.set("set_uri", "/other?x=%20");
        caller.header("set_header_value", REQUEST, "X-A", " 1 ");
        caller.write(REQUEST, "new ");
        caller.write(REQUEST, "body");
        var changed = caller.handling().request().changed();
        assertThat(changed.method()).isEqualTo("PUT");
        assertThat(changed.path()).isEqualTo("/other");
        assertThat(changed.query()).isEqualTo("x=%20");
        assertThat(changed.route().prefix()).as("it is not below /a").isEmpty();
        assertThat(changed.contentLength()).isEqualTo(8);
        assertThat(changed.headers())
                .containsExactly(
                        new Header("host", "fn.localhost"),
                        new Header("x-a", "1"),
                        new Header("content-length", "8"));
        caller.set("set_uri", "");
        assertThat(caller.text("get_uri")).isEqualTo("/");
    }

    @Test
    void namesEachHeaderOnceInLowerCase() {
        var headers =
                List.of(new Header("Accept", "a"), new Header("ACCEPT", ""), new Header("B", "b"));
        caller.begin(HandlerCaller.request("/", headers, Map.of()), new byte[0]);
        assertThat(caller.names(REQUEST)).containsExactly("host", "accept", "b");
        assertThat(caller.values(REQUEST, "aCCept")).containsExactly("a", "");
        assertThat(caller.values(REQUEST, "c")).isEmpty();
        caller.header("add_header_value", REQUEST, "accept", "c");
        assertThat(caller.values(REQUEST, "Accept")).containsExactly("a", "", "c");
        caller.header("set_header_value", REQUEST, "accept", "d");
        assertThat(caller.values(REQUEST, "Accept")).containsExactly("d");
        caller.remove(REQUEST, "ACCEPT");
        assertThat(caller.names(REQUEST)).containsExactly("host", "b");
    }

    @Test
    void keepsBytesOfHeadersAsTheyAre() {
        caller.header("set_header_value", RESPONSE, "x-a", "J\u00c3\u00bcrgen");
        answers(200, "", new Header("x-a", "J\u00c3\u00bcrgen"));
    }

    @Test
    void refusesWhatWouldWriteLinesOfItsOwn() {
        for (int kind : new int[] {REQUEST, RESPONSE}) {
            for (String function : List.of("set_header_value", "add_header_value")) {
                for (String value : List.of("a\r\nb: c", "a\nb", "a\0b", "\u007f")) {
                    breaks(
                            "header x has a control character",
                            () -> caller.header(function, kind, "x", value));
                }
                for (String name : List.of("a b", "a:", "a\n", "\u00e9", "a\0")) {
                    breaks(
                            "a header's name is no token",
                            () -> caller.header(function, kind, name, "v"));
                }
                breaks("a header's name is empty", () -> caller.header(function, kind, "", "v"));
            }
        }
        breaks("a method is no token", () -> caller.set("set_method", "GET /\r\n"));
        breaks("a method is no token", () -> caller.set("set_method", ""));
        breaks("a URI doesn't begin with '/'", () -> caller.set("set_uri", "http://other/"));
        breaks(
                "a URI has characters that must be percent-encoded",
                () -> caller.set("set_uri", "/a b"));
    }

    @Test
    void refusesTrailersAndSaysThatThereAreNone() {
        assertThat(caller.call("enable_features", 7)).isEqualTo(BOTH_BUFFERS);
        assertThat(caller.call("enable_features", -8)).isEqualTo(BOTH_BUFFERS);
        assertThat(caller.names(TRAILERS)).isEmpty();
        assertThat(caller.values(TRAILERS + 1, "x")).isEmpty();
        breaks(
                "trailers are not supported",
                () -> caller.header("set_header_value", TRAILERS, "x", "y"));
        breaks("trailers are not supported", () -> caller.remove(TRAILERS + 1, "x"));
        breaks("there are no headers of kind 4", () -> caller.names(4));
        breaks("there are no headers of kind -1", () -> caller.names(-1));
    }

    @Test
    void readsABodyUntilTheRoomIsFullOrTheBodyAtItsEnd() {
        String text = "x".repeat(5_000);
        caller.begin(HandlerCaller.request("/", List.of(), Map.of()), text.getBytes(UTF_8));
        assertThat(caller.read(REQUEST, 2_048)).hasSize(2_048).doesNotEndWith("|");
        assertThat(caller.read(REQUEST, 2_952)).hasSize(2_952).doesNotEndWith("|");
        assertThat(caller.read(REQUEST, 1)).isEqualTo("|");
        breaks("a body can't be read into no room at all", () -> caller.read(REQUEST, 0));
        breaks("there is no body of kind 2", () -> caller.read(2, 1));
    }

    @Test
    void givesABodyThatItBufferedToBothAndOneThatItReadToNobodyElse() {
        var asked = HandlerCaller.request("/", List.of(), Map.of());
        byte[] into = new byte[9];
        caller.begin(asked, "abcdef".getBytes(UTF_8));
        assertThat(caller.read(REQUEST, 2)).isEqualTo("ab");
        assertThat(caller.readBehind(into, 0, 9)).isEqualTo(4);

        caller.begin(asked, "abcdef".getBytes(UTF_8));
        caller.call("enable_features", Rules.BUFFER_REQUEST);
        assertThat(caller.read(REQUEST, 2)).isEqualTo("ab");
        assertThat(caller.readBehind(into, 0, 9)).isEqualTo(2);
        assertThat(caller.readBehind(into, 2, 3)).isEqualTo(3);
        assertThat(new String(into, 0, 5, UTF_8)).isEqualTo("abcde");
        caller.handling().afterNext();
        assertThat(caller.read(REQUEST, 9)).isEqualTo("cdef|");
    }

    @Test
    void aStreamedResponseIsTheGuestsUntilSomethingAnswersBehindIt() {
        caller.header("set_header_value", RESPONSE, "x-a", "1");
        caller.call("set_status_code", 404);
        behind(203, "behind", new Header("X-B", "2"));
        assertThat(caller.head).isNotNull();
        assertThat(caller.call("get_status_code")).isEqualTo(203);
        assertThat(caller.values(RESPONSE, "x-b")).containsExactly("2");
        String rule = "a response can't be changed after next without buffer_response";
        breaks(rule, () -> caller.header("set_header_value", RESPONSE, "x", "y"));
        breaks(rule, () -> caller.remove(RESPONSE, "x-a"));
        breaks(rule, () -> caller.call("set_status_code", 200));
        breaks(rule, () -> caller.write(RESPONSE, "x"));
        breaks(
                "a response's body can't be read without buffer_response",
                () -> caller.read(RESPONSE, 1));
        breaks(
                "a request's body can't be read after next without buffer_request",
                () -> caller.read(REQUEST, 1));
        breaks("a request can't be changed after next", () -> caller.set("set_uri", "/"));
        assertThat(caller.call("enable_features", BOTH_BUFFERS)).as("too late").isZero();
        answers(203, "behind", new Header("x-a", "1"), new Header("X-B", "2"));
    }

    @Test
    void aBufferedResponseCanBeReadAndReplaced() {
        caller.call("enable_features", Rules.BUFFER_RESPONSE);
        caller.header("set_header_value", RESPONSE, "x-b", "guest");
        behind(200, "behind", new Header("X-B", "2"), new Header("Content-Length", "6"));
        assertThat(caller.head).isNull();
        assertThat(caller.read(RESPONSE, 3)).isEqualTo("beh");
        caller.write(RESPONSE, "in front, ");
        assertThat(caller.read(RESPONSE, 9)).as("what came").isEqualTo("ind|");
        caller.write(RESPONSE, "longer");
        caller.call("set_status_code", 201);
        answers(201, "in front, longer", new Header("X-B", "2"));
    }

    @Test
    void aBufferedResponseThatIsOnlyReadGoesOutAsItCame() {
        caller.call("enable_features", Rules.BUFFER_RESPONSE);
        behind(200, "behind", new Header("Content-Length", "6"));
        assertThat(caller.read(RESPONSE, 30)).isEqualTo("behind|");
        answers(200, "behind", new Header("Content-Length", "6"));
    }

    @Test
    void whatIsWrittenBeforeNextComesBeforeIt() {
        caller.write(RESPONSE, "before, ");
        behind(200, "behind", new Header("content-length", "6"), new Header("etag", "1"));
        answers(200, "before, behind", new Header("etag", "1"));
    }

    @Test
    void cookiesFromBehindJoinTheGuests() {
        caller.header("set_header_value", RESPONSE, "set-cookie", "a=1");
        behind(200, "", new Header("Set-Cookie", "b=2"));
        answers(200, "", new Header("set-cookie", "a=1"), new Header("Set-Cookie", "b=2"));
    }

    @Test
    void statusAndHeadersMayFollowTheBodyUntilTheHeadIsOut() {
        caller.write(RESPONSE, "x".repeat(ResponseSide.HELD_BYTES));
        caller.call("set_status_code", 201);
        caller.write(RESPONSE, "y");
        assertThat(caller.head).isNotNull();
        breaks("the response's head has gone out", () -> caller.call("set_status_code", 200));
        assertThat(caller.call("get_status_code")).isEqualTo(201);
    }

    @Test
    void refusesStatusesThatAreNoAnswer() {
        for (long status : new long[] {0, 100, 199, 600, -1, 1L << 31}) {
            assertThat(outcome(() -> caller.call("set_status_code", status)))
                    .isInstanceOf(Outcome.BrokeProtocol.class);
        }
    }

    @Test
    void headersAreLimited() {
        assertThat(
                        outcome(
                                () ->
                                        caller.header(
                                                "set_header_value",
                                                RESPONSE,
                                                "x",
                                                "y".repeat(2_000))))
                .isEqualTo(new Outcome.ResponseTooLarge("headers", 2_000));
        for (int i = 0; i < FieldList.FIELDS_MAX - 1; i++) {
            caller.header("add_header_value", REQUEST, "x", "");
        }
        breaks(
                "request headers are over 65536 bytes or 1000 fields",
                () -> caller.header("add_header_value", REQUEST, "x", ""));
        breaks(
                "a header's name is 1025 bytes, at most 1024",
                () -> caller.header("add_header_value", RESPONSE, "x".repeat(1_025), ""));
    }

    @Test
    void whatIsKeptOfBodiesIsLimitedAndCountsInTheBudgetUntilTheRunIsOver() {
        caller.call("enable_features", BOTH_BUFFERS);
        long before = caller.budget.bytesTaken();
        caller.write(RESPONSE, "x".repeat(40_000));
        assertThat(caller.budget.bytesTaken() - before).isBetween(40_000L, 80_000L);
        assertThat(
                        outcome(
                                () -> {
                                    for (int i = 0; i < 7; i++) {
                                        caller.write(RESPONSE, "x".repeat(40_000));
                                    }
                                }))
                .isEqualTo(new Outcome.ResponseTooLarge("body", 300_000));
        assertThat(
                        outcome(
                                () -> {
                                    for (int i = 0; i < 30; i++) {
                                        caller.write(REQUEST, "x".repeat(40_000));
                                    }
                                }))
                .isInstanceOf(Outcome.OutOfMemory.class);
        caller.start();
        assertThat(caller.budget.bytesTaken()).isEqualTo(before);
    }

    @Test
    void configIsAnObjectOfJson() {
        assertThat(caller.text("get_config")).isEmpty();
        var config = Map.of("b", "\"\\\n", "a", "ü");
        caller.begin(HandlerCaller.request("/", List.of(), config), new byte[0]);
        byte[] bytes = caller.text("get_config").getBytes(ISO_8859_1);
        assertThat(new String(bytes, UTF_8)).isEqualTo("{\"a\":\"ü\",\"b\":\"\\\"\\\\\\u000a\"}");
    }

    @ParameterizedTest
    @EnumSource
    void tellsWhichLevelsAreLoggedAndLogsThoseOnly(LogLevel kept) {
        caller.logLevel = kept;
        caller.begin();
        var levels =
                Map.of(-1, LogLevel.DEBUG, 0, LogLevel.INFO, 1, LogLevel.WARN, 2, LogLevel.ERROR);
        for (int level = -2; level <= 4; level++) {
            boolean enabled = levels.containsKey(level) && levels.get(level).isAtLeast(kept);
            caller.log.reset();
            caller.memory.write(0, "said".getBytes(UTF_8));
            caller.call("log", level, 0, 4);
            assertThat(caller.call("log_enabled", level)).isEqualTo(enabled ? 1 : 0);
            assertThat(caller.log.toString(UTF_8)).isEqualTo(enabled ? "said\n" : "");
        }
    }

    /// Its version's manifest decides.
    @Test
    void whoAsksWhatIsLoggedDiffersFromOtherRuns() {
        caller.start();
        assertThat(caller.handling().run().differsByRun()).isFalse();
        caller.call("log_enabled", 0);
        assertThat(caller.handling().run().differsByRun()).isTrue();
    }

    @Test
    void nothingOfARequestCanBeAskedWhenThereIsNone() {
        caller.start();
        assertThat(caller.call("enable_features", 1)).isEqualTo(1);
        assertThat(caller.call("log_enabled", 0)).isEqualTo(1);
        for (ThrowingCallable call :
                List.<ThrowingCallable>of(
                        () -> caller.text("get_uri"),
                        () -> caller.names(RESPONSE),
                        () -> caller.write(RESPONSE, "x"),
                        () -> caller.call("set_status_code", 200),
                        () -> caller.read(REQUEST, 1))) {
            breaks("no request is being handled", call);
        }
    }
}

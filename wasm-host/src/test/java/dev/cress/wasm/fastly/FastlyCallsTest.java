package dev.cress.wasm.fastly;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.cress.wasm.GrantedExchange;
import dev.cress.wasm.stop.GuestEnded;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.List;
import java.util.Set;

/// Calls do what their interface says, and bounds hold.
class FastlyCallsTest {
    /// Lines of the script that are there to fail.
    private static final Set<String> REFUSED =
            Set.of(
                    "fastly_http_downstream next_request_wait promise >n >n",
                    "fastly_http_req header_append made 'x-b' '\1'",
                    "fastly_http_req auto_decompress_response_set made 1",
                    "fastly_backend get_override_host 'b' #");

    private static final int TEXT = 1_024;
    private static final int OUT = 64;

    private final FastlyCaller caller = new FastlyCaller();

    private long text(String text) {
        caller.memory.write(TEXT, text.getBytes(ISO_8859_1));
        return text.length();
    }

    @Test
    void knowsEveryNameOfTheInterface() {
        assertThat(FastlyCaller.FUNCTIONS).hasSize(255);
        assertThat(FastlyCaller.FUNCTIONS.keySet())
                .allMatch(name -> name.startsWith(FastlyCalls.PREFIX));
    }

    @Test
    void succeedsInTheOrderOfTheRehearsal() {
        FastlyRehearsal script = caller.script();
        for (String line : FastlyRehearsal.SCRIPT.lines().filter(l -> !l.isEmpty()).toList()) {
            assertThat(script.call(line) == Status.OK)
                    .as(line)
                    .isNotEqualTo(REFUSED.contains(line));
        }
    }

    @Test
    void handlesAreNeverReused() {
        int first = caller.made("fastly_http_body.new", OUT);
        assertThat(caller.call("fastly_http_body.close", first)).isEqualTo(Status.OK);
        assertThat(caller.made("fastly_http_body.new", OUT)).isNotEqualTo(first);
        assertThat(caller.call("fastly_http_body.close", first)).isEqualTo(Status.BADF);
    }

    @Test
    void handlesOfAnotherTypeOrRunMeanNothing() {
        int request = caller.made("fastly_http_req.new", OUT);
        assertThat(caller.call("fastly_http_body.close", request)).isEqualTo(Status.BADF);
        caller.restart();
        assertThat(caller.call("fastly_http_req.close", request)).isEqualTo(Status.BADF);
    }

    @Test
    void openHandlesAreBounded() {
        for (int i = 0; i < Handles.OPEN_MAX; i++) {
            assertThat(caller.call("fastly_http_body.new", OUT)).isEqualTo(Status.OK);
        }
        assertThat(caller.call("fastly_http_body.new", OUT)).isEqualTo(Status.LIMITEXCEEDED);
    }

    @Test
    void bodiesAreBounded() {
        int body = caller.made("fastly_http_body.new", OUT);
        long written = 0;
        int status;
        do {
            status = caller.call("fastly_http_body.write", body, 0, 60_000, 0, OUT);
            written += 60_000;
        } while (status == Status.OK && written < 2L * Allowance.BYTES_MAX);
        assertThat(status).isEqualTo(Status.LIMITEXCEEDED);
        assertThat(written).isBetween(Allowance.BYTES_MAX / 2L, Allowance.BYTES_MAX + 60_000L);
        assertThat(caller.call("fastly_http_body.close", body)).isEqualTo(Status.OK);
        int other = caller.made("fastly_http_body.new", OUT);
        assertThat(caller.call("fastly_http_body.write", other, 0, 60_000, 0, OUT))
                .isEqualTo(Status.OK);
    }

    @Test
    void aThousandSmallWritesInFrontAreOneBody() {
        int body = caller.made("fastly_http_body.new", OUT);
        for (char c = 'a'; c <= 'z'; c++) {
            text(String.valueOf(c));
            caller.call("fastly_http_body.write", body, TEXT, 1, 1, OUT);
        }
        caller.call("fastly_http_body.read", body, TEXT, 100, OUT);
        assertThat(caller.memory.readInt(OUT)).isEqualTo(1);
        assertThat(caller.call("fastly_http_body.known_length", body, OUT)).isEqualTo(Status.OK);
        assertThat(caller.memory.readLong(OUT)).isEqualTo(25);
    }

    @Test
    void aBodyIsNotAppendedToItself() {
        int body = caller.made("fastly_http_body.new", OUT);
        assertThat(caller.call("fastly_http_body.append", body, body)).isEqualTo(Status.INVAL);
        assertThat(caller.call("fastly_http_body.close", body)).isEqualTo(Status.OK);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\r\nb: c", "a\nb", "a\0b", "\u007f"})
    void headersCannotMakeOthers(String value) {
        int request = caller.made("fastly_http_req.new", OUT);
        long length = text("x" + value);
        assertThat(
                        caller.call(
                                "fastly_http_req.header_append",
                                request,
                                TEXT,
                                1,
                                TEXT + 1,
                                length - 1))
                .isEqualTo(Status.HTTPINVALID);
    }

    @Test
    void headersOfOneMessageAreBounded() {
        int request = caller.made("fastly_http_req.new", OUT);
        text("x");
        int status = Status.OK;
        int headers = 0;
        while (status == Status.OK) {
            status = caller.call("fastly_http_req.header_append", request, TEXT, 1, TEXT, 1);
            headers++;
        }
        assertThat(status).isEqualTo(Status.HTTPHEADTOOLARGE);
        assertThat(headers).isBetween(1_000, 2_100);
    }

    @Test
    void valuesComeInAsManyPiecesAsTheBufferNeeds() {
        int request = caller.made("fastly_http_req.new", OUT);
        for (String value : List.of("one", "two", "three")) {
            long length = text("a" + value);
            caller.call("fastly_http_req.header_append", request, TEXT, 1, TEXT + 1, length - 1);
        }
        String get = "fastly_http_req.header_values_get";
        assertThat(caller.call(get, request, TEXT, 1, 4_096, 9, 0, OUT, OUT + 8)).isZero();
        assertThat(caller.memory.readLong(OUT)).isEqualTo(2);
        assertThat(new String(caller.memory.readBytes(4_096, 8), ISO_8859_1))
                .isEqualTo("one\0two\0");
        assertThat(caller.call(get, request, TEXT, 1, 4_096, 5, 2, OUT, OUT + 8))
                .isEqualTo(Status.BUFLEN);
        assertThat(caller.memory.readInt(OUT + 8)).isEqualTo(6);
        assertThat(caller.call(get, request, TEXT, 1, 4_096, 6, 2, OUT, OUT + 8)).isZero();
        assertThat(caller.memory.readLong(OUT)).isEqualTo(-1);
    }

    @Test
    void whatIsNotOfferedSaysSoOnceInTheLog() {
        GrantedExchange exchange = caller.restart();
        for (int i = 0; i < 3; i++) {
            assertThat(caller.call("fastly_purge.purge_surrogate_key", 0, 0, 0, 0))
                    .isEqualTo(Status.UNSUPPORTED);
        }
        assertThat(exchange.logText())
                .isEqualTo("fastly_purge.purge_surrogate_key is not supported here\n");
    }

    @Test
    void aGuestHasOneAnswer() {
        for (int expected : new int[] {Status.OK, Status.ERROR}) {
            int response = caller.made("fastly_http_resp.new", OUT);
            int body = caller.made("fastly_http_body.new", OUT);
            assertThat(caller.call("fastly_http_resp.send_downstream", response, body, 0))
                    .isEqualTo(expected);
        }
    }

    @Test
    void anAnswerOverItsLimitEndsTheGuest() {
        int response = caller.made("fastly_http_resp.new", OUT);
        text("x");
        for (int i = 0; i < 3; i++) {
            assertThat(
                            caller.call(
                                    "fastly_http_resp.header_append",
                                    response,
                                    TEXT,
                                    1,
                                    8_192,
                                    30_000))
                    .isEqualTo(Status.HTTPINVALID);
            caller.memory.fill((byte) 'a', 8_192, 40_000);
            assertThat(
                            caller.call(
                                    "fastly_http_resp.header_append",
                                    response,
                                    TEXT,
                                    1,
                                    8_192,
                                    30_000))
                    .isEqualTo(Status.OK);
            caller.memory.fill((byte) 0, 8_192, 40_000);
        }
        int body = caller.made("fastly_http_body.new", OUT);
        assertThat(
                        catchThrowable(
                                () ->
                                        caller.call(
                                                "fastly_http_resp.send_downstream",
                                                response,
                                                body,
                                                0)))
                .isInstanceOf(GuestEnded.class);
    }
}

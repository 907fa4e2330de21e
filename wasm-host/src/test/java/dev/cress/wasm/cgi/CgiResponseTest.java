package dev.cress.wasm.cgi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.cress.wasm.guest.Outcome;
import dev.cress.wasm.guest.RunLimits;
import dev.cress.wasm.host.ResponseWriter;
import dev.cress.wasm.stop.GuestEnded;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Duration;
import java.util.Arrays;
import java.util.stream.Collectors;

/// What a guest writes becomes a status, headers and a body, or a broken protocol; never a header
/// that it didn't mean.
class CgiResponseTest {
    private static final int HEADER_BYTES = 64 * 1024;
    private static final int BODY_BYTES = 1_000;
    private static final RunLimits LIMITS =
            new RunLimits(
                    Duration.ofSeconds(1), Duration.ofSeconds(1), 1, HEADER_BYTES, BODY_BYTES, 1);

    private final RecordedAnswer answer = new RecordedAnswer();
    private final CgiResponse response = new CgiResponse(new ResponseWriter(answer, LIMITS));

    private static byte[] bytes(String text) {
        return text.getBytes(ISO_8859_1);
    }

    /// From an array with more behind it, which isn't written.
    private static void write(CgiResponse to, byte[] bytes) {
        to.write(Arrays.copyOf(bytes, bytes.length + 1), bytes.length);
    }

    private Outcome outcome(String... writes) {
        return ended(
                        () -> {
                            for (String write : writes) {
                                write(response, bytes(write));
                            }
                            response.end();
                        })
                .outcome();
    }

    private static GuestEnded ended(Runnable code) {
        var ended = catchThrowableOfType(GuestEnded.class, code::run);
        assertThat(ended).as("end of the guest").isNotNull();
        return ended;
    }

    /// Escapes of these tests: `|` for LF, `^` for CR.
    private static String output(String written) {
        return written.replace('|', '\n').replace('^', '\r');
    }

    @ParameterizedTest
    @CsvSource({
        "Content-Type: text/plain^|^|body, 200, Content-Type=text/plain, body",
        "Content-Type: text/plain||body, 200, Content-Type=text/plain, body",
        "Content-Type: a/b^||body, 200, Content-Type=a/b, body",
        "Content-Type: a/b|^|, 200, Content-Type=a/b, ''",
        "Status: 404 Not Found|Content-Type: a/b||no, 404, Content-Type=a/b, no",
        "Content-Type: a/b|STATUS:599||, 599, Content-Type=a/b, ''",
        "Status: 204^|^|, 204, '', ''",
        "Location: /x||, 302, Location=/x, ''",
        "location: /x|Content-Type: a/b||moved, 302, location=/x Content-Type=a/b, moved",
        "Status: 301|Location: http://x/||, 301, Location=http://x/, ''",
        "Set-Cookie: a=1|Set-Cookie: b=2|Status: 200||, 200, Set-Cookie=a=1 Set-Cookie=b=2, ''",
        "content-type:a/b|X-Empty:||, 200, content-type=a/b X-Empty=, ''",
        "Content-Type: a/b||first||second, 200, Content-Type=a/b, first||second"
    })
    void aHeadIsReadWhereverItIsSplit(String written, int status, String headers, String body) {
        String output = output(written);
        for (int split = 0; split <= output.length(); split++) {
            var recorded = new RecordedAnswer();
            var cut = new CgiResponse(new ResponseWriter(recorded, LIMITS));
            write(cut, bytes(output.substring(0, split)));
            write(cut, bytes(output.substring(split)));
            cut.end();
            assertThat(recorded.status()).isEqualTo(status);
            assertThat(
                            recorded.headers().stream()
                                    .map(h -> h.name() + "=" + h.value())
                                    .collect(Collectors.joining(" ")))
                    .isEqualTo(headers);
            assertThat(recorded.body()).isEqualTo(output(body));
        }
    }

    @Test
    void bytesThatComeOneByOneAreTheSameAnswer() {
        for (char c : "Status: 201\r\nX-A: b\r\n\r\nbody\r\n\r\n".toCharArray()) {
            write(response, new byte[] {(byte) c});
        }
        response.end();
        assertThat(answer.status()).isEqualTo(201);
        assertThat(answer.body()).isEqualTo("body\r\n\r\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Hello, world||",
                "Hello: world||",
                "||",
                "|Content-Type: a/b||",
                "Content-Type: a/b|no colon||",
                "Content-Type : a/b||",
                " Content-Type: a/b||",
                "Content-Type: a/b| folded: x||",
                ": nameless|Content-Type: a/b||",
                "X y: z|Content-Type: a/b||",
                "Content-Type: a/b^X-Injected: yes||",
                "X: a\0b|Content-Type: a/b||",
                "X: a\u0007b|Content-Type: a/b||",
                "X: a\u007fb|Content-Type: a/b||",
                "Status: 199|Content-Type: a/b||",
                "Status: 600||",
                "Status: 20||",
                "Status: 2000||",
                "Status: -200||",
                "Status: OK||",
                "Status:||",
                "\u00e9: x|Content-Type: a/b||"
            })
    void whatIsNoHeadBreaksTheProtocol(String written) {
        assertThat(outcome(output(written)))
                .isInstanceOfSatisfying(
                        Outcome.BrokeProtocol.class,
                        broken ->
                                assertThat(broken.reason())
                                        .startsWith("guest")
                                        .hasSizeLessThan(250)
                                        .matches("[ -~…]*"));
        assertThat(answer.status()).isZero();
        assertThat(answer.body()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {": a\u0007", "", ": a|\u00e9: b"})
    void aReasonIsShortHoweverLongWhatItNames(String wrong) {
        assertThat(outcome(output("x".repeat(2_000) + wrong + "||")))
                .isInstanceOfSatisfying(
                        Outcome.BrokeProtocol.class,
                        broken -> assertThat(broken.reason()).hasSizeLessThan(250));
    }

    @Test
    void silenceAndAHeadThatDoesNotEndAreToldApart() {
        assertThat(outcome()).hasToString("BrokeProtocol[reason=" + nothing() + "]");
        assertThat(outcome("Content-Type: a/b\n").toString()).contains("blank line must end them");
    }

    private static String nothing() {
        return "guest wrote nothing: expected header lines, a blank line, the body";
    }

    @Test
    void aHeadMayTakeItsLimitAndNoByteMore() {
        String before = "Content-Type: a/b\nX: ";
        String fitting = before + "x".repeat(HEADER_BYTES - before.length() - 2) + "\n\n";
        assertThat(fitting).hasSize(HEADER_BYTES);
        write(response, bytes(fitting));
        assertThat(answer.status()).isEqualTo(200);
        var other = new CgiResponse(new ResponseWriter(new RecordedAnswer(), LIMITS));
        assertThat(
                        ended(
                                        () ->
                                                write(
                                                        other,
                                                        bytes(
                                                                before
                                                                        + fitting.substring(
                                                                                before.length()
                                                                                        - 1))))
                                .outcome())
                .isEqualTo(new Outcome.ResponseTooLarge("headers", HEADER_BYTES));
    }

    @Test
    void aHeadThatNeverEndsIsCutOffAtItsLimit() {
        String line = "X: " + "x".repeat(1_000) + "\n";
        int[] writes = {0};
        assertThat(
                        ended(
                                        () -> {
                                            while (writes[0]++ < 1_000) {
                                                write(response, bytes(line));
                                            }
                                        })
                                .outcome())
                .isEqualTo(new Outcome.ResponseTooLarge("headers", HEADER_BYTES));
        assertThat(writes[0]).isEqualTo(66);
    }

    @Test
    void aBodyMayTakeItsLimitAndNoByteMore() {
        write(response, bytes("Status: 200\n\n" + "x".repeat(BODY_BYTES - 1)));
        write(response, bytes("y"));
        assertThat(answer.body()).hasSize(BODY_BYTES);
        assertThat(ended(() -> write(response, bytes("z"))).outcome())
                .isEqualTo(new Outcome.ResponseTooLarge("body", BODY_BYTES));
        assertThat(ended(() -> write(response, bytes("z"))).outcome())
                .isEqualTo(new Outcome.ResponseTooLarge("body", BODY_BYTES));
        assertThat(answer.body()).hasSize(BODY_BYTES).doesNotContain("z");
    }
}

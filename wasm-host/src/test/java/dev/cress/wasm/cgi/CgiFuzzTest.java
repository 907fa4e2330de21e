package dev.cress.wasm.cgi;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import com.code_intelligence.jazzer.junit.FuzzTest;

import dev.cress.wasm.fuzz.Choices;
import dev.cress.wasm.fuzz.SoundHttp;
import dev.cress.wasm.guest.Outcome;
import dev.cress.wasm.guest.ResponseHead;
import dev.cress.wasm.guest.RunLimits;
import dev.cress.wasm.host.ResponseWriter;
import dev.cress.wasm.stop.GuestEnded;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.provider.MethodSource;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/// Whatever a guest writes is an answer that HTTP allows or breaks the protocol, and the same
/// however it was cut into pieces.
@Timeout(20)
class CgiFuzzTest {
    private static final int HEADER_BYTES = 2_000;
    private static final int BODY_BYTES = 2_000;
    private static final RunLimits LIMITS =
            new RunLimits(
                    Duration.ofSeconds(1), Duration.ofSeconds(1), 1, HEADER_BYTES, BODY_BYTES, 1);

    static Stream<byte[]> outputs() {
        return Stream.of(
                        "Content-Type: text/plain\r\n\r\nbody",
                        "Status: 404 Not Found\nContent-Type: a/b\n\nno",
                        "location: /x\nSet-Cookie: a=1\nX-Empty:\n\n",
                        "Status: 99\n\n",
                        "Content-Type: a/b\n folded: x\n\n",
                        "X-A: " + "x".repeat(HEADER_BYTES) + "\n\n",
                        "Status: 200\n\n" + "x".repeat(BODY_BYTES + 1))
                .map(output -> ("\0\1\2\3" + output).getBytes(ISO_8859_1));
    }

    /// The first bytes say where the output is cut.
    @MethodSource("outputs")
    @FuzzTest
    void anyOutputIsAnAnswerOrBreaksTheProtocol(byte[] input) {
        var choices = new Choices(input);
        int[] cuts = {choices.u8(), choices.u8(), choices.u16()};
        byte[] output = choices.rest();
        String whole = written(List.of(output));
        assertThat(written(pieces(output, cuts))).isEqualTo(whole);
    }

    private static List<byte[]> pieces(byte[] output, int[] cuts) {
        var pieces = new ArrayList<byte[]>();
        int from = 0;
        for (int cut : cuts) {
            int to = Math.min(output.length, from + cut);
            pieces.add(Arrays.copyOfRange(output, from, to));
            from = to;
        }
        pieces.add(Arrays.copyOfRange(output, from, output.length));
        return pieces;
    }

    /// What came of it, in words.
    private static String written(List<byte[]> pieces) {
        var answer = new RecordedAnswer();
        Outcome outcome = outcome(answer, pieces);
        if (answer.status() != 0) {
            SoundHttp.check(new ResponseHead(answer.status(), answer.headers()));
        }
        if (outcome instanceof Outcome.ResponseTooLarge) {
            // how much of it went out before is where it was cut
            return outcome + " " + answer.status();
        }
        assertThat(whole(pieces)).endsWith(answer.body());
        return outcome + " " + answer.status() + answer.headers() + answer.body();
    }

    private static Outcome outcome(RecordedAnswer answer, List<byte[]> pieces) {
        var response = new CgiResponse(new ResponseWriter(answer, LIMITS));
        try {
            pieces.forEach(piece -> response.write(piece, piece.length));
            response.end();
            return new Outcome.Completed();
        } catch (GuestEnded ended) {
            if (ended.outcome() instanceof Outcome.BrokeProtocol(String reason)) {
                assertThat(reason).hasSizeLessThan(250).matches("[ -~…]*");
            }
            return ended.outcome();
        }
    }

    private static String whole(List<byte[]> pieces) {
        var whole = new StringBuilder();
        pieces.forEach(piece -> whole.append(new String(piece, ISO_8859_1)));
        return whole.toString();
    }
}

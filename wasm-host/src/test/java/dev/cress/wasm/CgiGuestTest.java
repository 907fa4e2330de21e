package dev.cress.wasm;

import static dev.cress.wasm.assembly.WasmBytes.bytes;
import static dev.cress.wasm.guest.RunLimits.MIB;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.cress.wasm.assembly.Assembler;
import dev.cress.wasm.assembly.WasmBytes;
import dev.cress.wasm.guest.Outcome;
import dev.cress.wasm.guest.RefusedModuleException;
import dev.cress.wasm.guest.RunLimits;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

import java.time.Duration;

/// A guest's end and its answer are two things: each is told as it was.
class CgiGuestTest {
    private static final WasmHost HOST = new WasmHost(64 * MIB);
    private static final RunLimits LIMITS =
            new RunLimits(Duration.ofSeconds(5), Duration.ofSeconds(9), MIB, 1_000, 1_000, 10);

    private final RecordedExchange exchange = RecordedExchange.get("/");

    @AfterAll
    static void close() {
        HOST.close();
    }

    /// Writes `head` to a stream this many times, then goes on with this code.
    private Outcome outcome(String text, int stream, int times, WasmBytes then)
            throws RefusedModuleException {
        var module = Assembler.withMemory(1);
        module.wasi("fd_write", "iiii");
        module.wasi("proc_exit", "i");
        byte[] content = text.getBytes(US_ASCII);
        module.data(0, bytes(16, 0, 0, 0, content.length, content.length >> 8, 0, 0).toBytes())
                .data(16, content);
        var code = bytes();
        for (int i = 0; i < times; i++) {
            code.i32(stream).i32(0).i32(1).i32(8).call(0).drop();
        }
        Image image = HOST.prepare(module.start(code.add(then).end()).toBytes(), "auto");
        return Guests.run(HOST, image, exchange, LIMITS).execute().outcome();
    }

    private Outcome outcome(WasmBytes then) throws RefusedModuleException {
        return outcome("Status: 203\n\nok", 1, 1, then);
    }

    private static WasmBytes exit(int code) {
        return bytes().i32(code).call(1);
    }

    @Test
    void returningAndExitingWithZeroAreTheSame() throws RefusedModuleException {
        assertThat(outcome(bytes())).isEqualTo(new Outcome.Completed());
        assertThat(exchange.responseHead().status()).isEqualTo(203);
        assertThat(exchange.bodyText()).isEqualTo("ok");
        assertThat(outcome(exit(0))).isEqualTo(new Outcome.Completed());
    }

    @Test
    void whatWasWrittenGoesOutWhileTheGuestSleeps() throws RefusedModuleException {
        var module = Assembler.withMemory(1);
        module.wasi("fd_write", "iiii");
        module.wasi("poll_oneoff", "iiii");
        byte[] content = "Status: 203\n\nok".getBytes(US_ASCII);
        // a clock's subscription of zeros: CLOCK_REALTIME, 1 ms from now
        byte[] subscription = new byte[48];
        subscription[24] = 0x40;
        subscription[25] = 0x42;
        subscription[26] = 0x0f;
        module.data(0, bytes(16, 0, 0, 0, content.length, 0, 0, 0).toBytes())
                .data(16, content)
                .data(64, subscription);
        var code = bytes().i32(1).i32(0).i32(1).i32(8).call(0).drop();
        code.i32(64).i32(256).i32(1).i32(8).call(1).drop();
        Image image = HOST.prepare(module.start(code.end()).toBytes(), "auto");
        var followed = new GrantedExchange(exchange);
        assertThat(Guests.run(HOST, image, followed, LIMITS).execute().outcome())
                .isEqualTo(new Outcome.Completed());
        assertThat(followed.events()).containsExactly("head", "write", "flush");
    }

    @Test
    void exitingNonZeroAfterAWholeAnswerIsStillAFailure() throws RefusedModuleException {
        assertThat(outcome(exit(2))).isEqualTo(new Outcome.Exited(2));
        assertThat(outcome(exit(-1))).isEqualTo(new Outcome.Exited(-1));
        assertThat(exchange.bodyText()).isEqualTo("okok");
    }

    @Test
    void trappingAfterAWholeAnswerIsStillATrap() throws RefusedModuleException {
        assertThat(outcome(bytes(0x00))).isInstanceOf(Outcome.Trapped.class);
    }

    @Test
    void exitingWithZeroWithoutAnAnswerBreaksTheProtocol() throws RefusedModuleException {
        assertThat(outcome("Status: 200\n", 1, 1, exit(0)))
                .isInstanceOf(Outcome.BrokeProtocol.class);
        assertThat(exchange.answered()).isFalse();
    }

    @Test
    void exitingNonZeroWithoutAnAnswerIsTheExit() throws RefusedModuleException {
        assertThat(outcome("Status: 200\n", 1, 1, exit(9))).isEqualTo(new Outcome.Exited(9));
    }

    @Test
    void outputAfterTheLimitIsTheEndAndNotSent() throws RefusedModuleException {
        assertThat(outcome("x".repeat(400), 1, 3, bytes()))
                .isEqualTo(new Outcome.ResponseTooLarge("headers", 1_000));
        assertThat(exchange.answered()).isFalse();
        assertThat(outcome("Status: 200\n\n" + "x".repeat(487), 1, 3, bytes()))
                .isEqualTo(new Outcome.ResponseTooLarge("body", 1_000));
        assertThat(exchange.bodyBytes()).hasSize(487 + 500);
    }

    @Test
    void theLogIsCutAtItsLimitAndSaysSoOnce() throws RefusedModuleException {
        assertThat(outcome("1234567", 2, 5, bytes())).isInstanceOf(Outcome.BrokeProtocol.class);
        assertThat(exchange.logText())
                .isEqualTo("1234567123\n… cut: the log of one request ends here\n");
    }
}

package dev.cress.wasm;

import static dev.cress.wasm.guest.RunLimits.MIB;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cress.wasm.guest.GuestExchange;
import dev.cress.wasm.guest.GuestRequest;
import dev.cress.wasm.guest.LogLevel;
import dev.cress.wasm.guest.Outcome;
import dev.cress.wasm.guest.RefusedModuleException;
import dev.cress.wasm.guest.ResponseHead;
import dev.cress.wasm.guest.RunLimits;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.stream.IntStream;

/// A guest may call the host, or fail, at any depth of its stack: what it does happens whole or not
/// at all, and nobody else notices. Each reset is compared with a fresh isolate besides.
@Timeout(120)
@Order(1)
class StackExhaustionTest {
    /// Small, so that going down takes microseconds; its end is the same as of larger ones.
    private static final int STACK_BYTES = 512 << 10;

    private static final int SHALLOW = 3;
    private static final int BEYOND = 1 << 20;

    /// A frame of the guest takes 32 to 200 bytes: a stride of them less than 16 KiB, eight of
    /// which are in what a host call proves.
    private static final int STRIDE = 79;
    private static final int ROUNDS_MAX = 5;

    private static final int NEAR = 40;

    private static final RunLimits LIMITS =
            new RunLimits(
                    Duration.ofSeconds(5), Duration.ofSeconds(20), 8 * MIB, 9_999, 99_999, 999);

    private static final EveryWay GUEST = new EveryWay();
    private static final WasmHost HOST = new WasmHost(256 * MIB);
    private static Isolates isolates;
    private static Isolates others;

    @BeforeAll
    static void prepare() throws RefusedModuleException {
        isolates = HOST.isolates(HOST.prepare(GUEST.module(), "wasi-cgi"));
        // the same program, but another's code
        byte[] another = GUEST.module().clone();
        another[another.length - 1] ^= 1;
        others = HOST.isolates(HOST.prepare(another, "wasi-cgi"));
    }

    @AfterAll
    static void close() {
        isolates.close();
        others.close();
        assertThat(HOST.guestMemoryBytes()).isZero();
        HOST.close();
    }

    /// What came of a run.
    private record Answer(Outcome outcome, boolean answered, String body, String log) {
        boolean exhausted() {
            return outcome.equals(new Outcome.Trapped("call stack exhausted"));
        }
    }

    /// Does what it is asked for, and needs a good part of its stack to come to an end with it.
    private record Thorough(RecordedExchange recorded) implements GuestExchange {
        private static final int FRAMES = 300;

        private static int deep(int left) {
            return left == 0 ? 0 : 1 + deep(left - 1);
        }

        private static void finish() {
            assertThat(deep(FRAMES)).isEqualTo(FRAMES);
        }

        @Override
        public GuestRequest request() {
            return recorded.request();
        }

        @Override
        public int read(byte[] into, int offset, int length) {
            int count = recorded.read(into, offset, length);
            finish();
            return count;
        }

        @Override
        public void head(ResponseHead head) {
            recorded.head(head);
            finish();
        }

        @Override
        public void write(byte[] from, int offset, int length) {
            recorded.write(from, offset, length);
            finish();
        }

        @Override
        public void log(LogLevel level, byte[] text) {
            recorded.log(level, text);
            finish();
        }

        @Override
        public void stopped(Outcome outcome) {
            recorded.stopped(outcome);
        }
    }

    private static Answer run(Isolates on, int way, boolean stores, int depth) {
        byte[] body = EveryWay.request(way, stores, depth);
        var exchange = RecordedExchange.of("POST", "/", body, List.of(), Map.of());
        Outcome outcome = on.run(new Thorough(exchange), LIMITS).execute().outcome();
        return new Answer(outcome, exchange.answered(), exchange.bodyText(), exchange.logText());
    }

    private static void onSmallStack(Runnable test)
            throws InterruptedException, ExecutionException {
        var task = new FutureTask<Void>(test, null);
        Thread.ofPlatform().stackSize(STACK_BYTES).start(task);
        task.get();
    }

    static IntStream ways() {
        return IntStream.range(0, GUEST.ways().size())
                .filter(way -> !GUEST.ways().get(way).equals(EveryWay.SPINNING))
                .filter(way -> !GUEST.ways().get(way).equals(EveryWay.WITHOUT_BOTTOM));
    }

    @ParameterizedTest
    @MethodSource("ways")
    void happensWholeOrNotAtAll(int way) throws InterruptedException, ExecutionException {
        onSmallStack(
                () -> {
                    Answer expected = run(isolates, way, false, SHALLOW);
                    assertThat(expected.exhausted()).isFalse();
                    int counted = 0;
                    // code that is compiled meanwhile has smaller frames, and the bottom is deeper
                    for (int round = 0; counted == 0 && round < ROUNDS_MAX; round++) {
                        counted = comeNear(bottom(way), expected, way);
                    }
                    assertThat(counted).as("runs that exhausted the stack").isPositive();
                    assertThat(run(others, way, false, SHALLOW)).isEqualTo(expected);
                });
    }

    /// How many runs exhausted the stack.
    private static int comeNear(int bottom, Answer expected, int way) {
        int counted = 0;
        for (int depth = bottom + NEAR; depth > SHALLOW; depth -= STRIDE) {
            counted += check(expected, way, depth);
        }
        for (int depth = bottom - NEAR; depth < bottom + NEAR; depth++) {
            counted += check(expected, way, depth);
        }
        return counted;
    }

    /// About the least depth at which there is no stack even to go there.
    private static int bottom(int way) {
        int known = SHALLOW;
        int beyond = BEYOND;
        while (beyond - known > 1) {
            int depth = (known + beyond) >>> 1;
            if (run(isolates, way, false, depth).exhausted()) {
                beyond = depth;
            } else {
                known = depth;
            }
        }
        return beyond;
    }

    /// Returns 1 if the stack was exhausted.
    private static int check(Answer expected, int way, int depth) {
        Answer answer = run(isolates, way, depth % 2 == 0, depth);
        if (!answer.exhausted()) {
            assertThat(answer).as("depth %d", depth).isEqualTo(expected);
            return 0;
        }
        assertThat(answer.answered()).as("answered at depth %d", depth).isFalse();
        assertThat(answer.body()).as("body at depth %d", depth).isEmpty();
        assertThat(answer.log()).as("log at depth %d", depth).isEmpty();
        return 1;
    }

    @Test
    void withoutBottomItIsATrapAndTheThreadRunsTheNext()
            throws InterruptedException, ExecutionException {
        int way = GUEST.ways().indexOf(EveryWay.WITHOUT_BOTTOM);
        onSmallStack(
                () -> {
                    for (int i = 0; i < 20; i++) {
                        assertThat(run(isolates, way, i % 2 == 0, Integer.MAX_VALUE).exhausted())
                                .isTrue();
                        assertThat(run(others, way, i % 2 == 0, SHALLOW).outcome())
                                .isEqualTo(new Outcome.Exited(EveryWay.EXITED));
                    }
                });
    }
}

package dev.cress.wasm.httpwasm;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;

import dev.cress.wasm.stop.GuestEnded;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import run.endive.wasm.WasmEngineException;

import java.lang.management.ManagementFactory;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;

/// Whatever a guest passes, and whenever it does, a call answers, traps or ends the guest, costs
/// the host no more than a few buffers, and leaves only what HTTP allows.
class HostileHandlerCallsTest {
    private static final int RANDOM_CALLS = 2_000;
    private static final long ALLOCATED_BYTES_MAX = 1 << 20;
    private static final int MEMORY = HandlerCaller.MEMORY_BYTES;
    private static final long[] VALUES = {
        0, 1, 2, 3, 4, -1, 200, 1_024, MEMORY - 8, MEMORY, MEMORY + 8, 0x7fff_ffff, 0x8000_0000L
    };

    /// NUL, a line feed, a letter, a slash, DEL, what is no ASCII.
    private static final int[] PATTERNS = {0, '\n', 'a', '/', 0x7f, 0xff};

    private static final ThreadMXBean THREAD = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final HandlerCaller caller = new HandlerCaller();

    static Stream<String> functions() {
        return HandlerCaller.FUNCTIONS.keySet().stream().sorted();
    }

    @ParameterizedTest
    @MethodSource("functions")
    void answersOrEnds(String function) {
        int parameters =
                Objects.requireNonNull(HandlerCaller.FUNCTIONS.get(function))
                        .functionType()
                        .params()
                        .size();
        var random = new Random(7);
        int answered = 0;
        for (int i = 0; i < RANDOM_CALLS; i++) {
            long[] arguments =
                    random.ints(parameters, 0, VALUES.length).mapToLong(v -> VALUES[v]).toArray();
            caller.beginAt(i % HandlerCaller.STAGES);
            caller.memory.fill((byte) PATTERNS[random.nextInt(PATTERNS.length)], 0, MEMORY);
            answered += call(function, arguments) ? 1 : 0;
            caller.endSoundly();
        }
        assertThat(answered).isPositive();
    }

    /// Whether it answered.
    private boolean call(String function, long[] arguments) {
        long before = THREAD.getCurrentThreadAllocatedBytes();
        try {
            caller.call(function, arguments);
            return true;
        } catch (WasmEngineException | GuestEnded expected) {
            return false;
        } finally {
            assertThat(THREAD.getCurrentThreadAllocatedBytes() - before)
                    .isLessThan(ALLOCATED_BYTES_MAX);
        }
    }
}

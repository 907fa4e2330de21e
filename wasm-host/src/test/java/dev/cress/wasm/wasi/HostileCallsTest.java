package dev.cress.wasm.wasi;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;

import dev.cress.wasm.stop.GuestEnded;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import run.endive.wasm.WasmEngineException;
import run.endive.wasm.types.ValType;

import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/// Whatever pointers and lengths a guest passes, a call is an error number, a trap or the guest's
/// end, and costs the host no more than a buffer.
class HostileCallsTest {
    private static final int PRODUCT_MAX = 4_096;
    private static final int RANDOM_CALLS = 3_000;

    /// A transfer's buffer, a trap with its stack, and what the generator takes for 64 KiB of
    /// random.
    private static final long ALLOCATED_BYTES_MAX = 1 << 20;

    private static final int MEMORY = WasiCaller.MEMORY_BYTES;
    private static final long[] I32 = {
        0, 1, 3, 4, 5, -1, 0x7fff_ffff, MEMORY - 8, MEMORY, MEMORY + 8, 1_024
    };
    private static final long[] I64 = {0, 1, -1, Long.MAX_VALUE, Long.MIN_VALUE};
    private static final ThreadMXBean THREAD = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final WasiCaller caller = new WasiCaller();

    static Stream<String> functions() {
        return WasiCaller.FUNCTIONS.keySet().stream().sorted();
    }

    @ParameterizedTest
    @MethodSource("functions")
    void answersOrTraps(String function) {
        List<ValType> types = WasiCaller.function(function).functionType().params();
        long product = 1;
        for (ValType type : types) {
            product *= values(type).length;
        }
        var random = new Random(7);
        int answered = 0;
        for (int pattern : new int[] {0, 1, 0x7f, 0xff}) {
            long calls = product <= PRODUCT_MAX ? product : RANDOM_CALLS;
            for (long i = 0; i < calls; i++) {
                long choice = product <= PRODUCT_MAX ? i : random.nextLong(product);
                answered += call(function, arguments(types, choice), (byte) pattern) ? 1 : 0;
            }
        }
        boolean ends = function.equals("proc_exit");
        assertThat(answered > 0).as("calls that answered").isEqualTo(!ends);
    }

    private static long[] values(ValType type) {
        return type.equals(ValType.I64) ? I64 : I32;
    }

    /// The arguments with this number among all combinations.
    private static long[] arguments(List<ValType> types, long choice) {
        long[] arguments = new long[types.size()];
        long left = choice;
        for (int i = 0; i < arguments.length; i++) {
            long[] values = values(types.get(i));
            arguments[i] = values[(int) (left % values.length)];
            left /= values.length;
        }
        return arguments;
    }

    /// Whether it answered.
    private boolean call(String function, long[] arguments, byte pattern) {
        caller.mounts = FileSystems::both;
        caller.restart(List.of("program", "x"), List.of("A=1", "B=2"));
        caller.openScratchFile();
        caller.input("some input");
        caller.output.reset();
        caller.errors.reset();
        caller.memory.fill(pattern, 0, MEMORY);
        long before = THREAD.getCurrentThreadAllocatedBytes();
        try {
            assertThat(caller.call(function, arguments)).isBetween(0, 76);
            return true;
        } catch (WasmEngineException | GuestEnded expected) {
            return false;
        } finally {
            assertThat(THREAD.getCurrentThreadAllocatedBytes() - before)
                    .isLessThan(ALLOCATED_BYTES_MAX);
        }
    }
}

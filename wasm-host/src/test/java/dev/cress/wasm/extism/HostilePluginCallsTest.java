package dev.cress.wasm.extism;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cress.wasm.fuzz.HeapUse;
import dev.cress.wasm.stop.GuestEnded;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import run.endive.wasm.types.ValType;

import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;

/// Whatever a plug-in passes, a call answers or ends the guest, and costs the host no more than the
/// guest may have.
class HostilePluginCallsTest {
    private static final int BLOCK = 64;
    private static final int CALLS_IN_A_ROW = 300;

    /// A page, a name and a trap: whatever length was passed.
    private static final long ALLOCATED_BYTES_MAX = 1 << 18;

    private static final long[] I64 = {
        0,
        1,
        -1,
        BLOCK,
        BLOCK + 1,
        BLOCK + 16,
        BLOCK - 1,
        65_536,
        65_535,
        65_536 - 7,
        PluginCaller.BYTES_MAX,
        PluginCaller.BYTES_MAX - 1,
        1L << 31,
        1L << 32,
        1L << 40,
        (1L << 47) + BLOCK,
        Long.MAX_VALUE,
        Long.MAX_VALUE - 7,
        Long.MIN_VALUE,
        -8
    };
    private static final long[] I32 = {0, -1, 255, 256};

    /// Those that the reference host fails for a handle of nothing.
    private static final Set<String> ALWAYS_END = Set.of("http_request");

    private final PluginCaller caller = new PluginCaller();

    static Stream<String> functions() {
        return PluginCaller.FUNCTIONS.keySet().stream().sorted();
    }

    @ParameterizedTest
    @MethodSource("functions")
    void answersOrEndsTheGuest(String function) {
        List<ValType> types = PluginCaller.function(function).functionType().params();
        int product =
                types.stream().mapToInt(type -> values(type).length).reduce(1, (a, b) -> a * b);
        int answered = 0;
        for (int choice = 0; choice < product; choice++) {
            caller.memory.reset(caller.memory.takeInitial());
            caller.restart("some input");
            caller.block("KEY");
            caller.block("value of more than eight bytes");
            answered += call(function, arguments(types, choice)) ? 1 : 0;
            assertThat(caller.budget.bytesTaken()).isLessThanOrEqualTo(PluginCaller.BYTES_MAX);
        }
        assertThat(answered > 0)
                .as("calls that answered")
                .isEqualTo(!ALWAYS_END.contains(function));
    }

    /// Blocks freed twice, split, used after, and memory that runs out.
    @ParameterizedTest
    @MethodSource("functions")
    void anyCallsBeforeItChangeNothingOfThat(String function) {
        var random = new Random(function.hashCode());
        List<String> all = functions().toList();
        caller.restart("some input");
        for (int i = 0; i < CALLS_IN_A_ROW; i++) {
            call(any(all, random), random);
            call(function, random);
            assertThat(caller.budget.bytesTaken()).isLessThanOrEqualTo(PluginCaller.BYTES_MAX);
        }
    }

    private static String any(List<String> all, Random random) {
        return all.get(random.nextInt(all.size()));
    }

    private void call(String function, Random random) {
        List<ValType> types = PluginCaller.function(function).functionType().params();
        long[] arguments = new long[types.size()];
        for (int i = 0; i < arguments.length; i++) {
            long[] values = values(types.get(i));
            arguments[i] =
                    random.nextBoolean()
                            ? values[random.nextInt(values.length)]
                            : BLOCK + 8L * random.nextInt(64);
        }
        if (!call(function, arguments)) {
            caller.restart("some input");
        }
    }

    private static long[] values(ValType type) {
        return type.equals(ValType.I64) ? I64 : I32;
    }

    /// The arguments with this number among all combinations.
    private static long[] arguments(List<ValType> types, int choice) {
        long[] arguments = new long[types.size()];
        int left = choice;
        for (int i = 0; i < arguments.length; i++) {
            long[] values = values(types.get(i));
            arguments[i] = values[left % values.length];
            left /= values.length;
        }
        return arguments;
    }

    /// Whether it answered.
    private boolean call(String function, long[] arguments) {
        var heap = new HeapUse();
        try {
            caller.call(function, arguments);
            return true;
        } catch (GuestEnded expected) {
            return false;
        } finally {
            heap.requireAtMost(ALLOCATED_BYTES_MAX, function);
        }
    }
}

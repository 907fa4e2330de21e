package dev.cress.wasm.fastly;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;

import dev.cress.wasm.stop.GuestEnded;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import run.endive.wasm.WasmEngineException;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/// Whatever handles, pointers and lengths a guest passes, a call answers a status, traps or ends
/// the guest, and costs the host no more than a few buffers.
class HostileCallsTest {
    private static final int RANDOM_CALLS = 600;

    /// Buffers of 64 KiB, a body that grows to what a page holds, a trap with its stack.
    private static final long ALLOCATED_BYTES_MAX = 2 << 20;

    private static final int MEMORY = FastlyCaller.MEMORY_BYTES;
    private static final ThreadMXBean THREAD = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /// Handles of a run whose script was played are small numbers.
    private static final long[] VALUES = {
        0, 1, 2, 3, 5, 8, 13, 21, 40, -1, -2, 0x7fff_ffff, 0x8000_0000L, MEMORY - 8, MEMORY, 1_024
    };

    private static final List<String> LINES =
            FastlyRehearsal.SCRIPT.lines().filter(line -> !line.isEmpty()).toList();

    private final FastlyCaller caller = new FastlyCaller();

    static Stream<String> functions() {
        return FastlyCaller.FUNCTIONS.keySet().stream().sorted();
    }

    @ParameterizedTest
    @MethodSource("functions")
    void answersOrTraps(String function) {
        int parameters = FastlyCaller.parameters(function);
        var random = new Random(7);
        for (int i = 0; i < RANDOM_CALLS; i++) {
            if (i % 20 == 0) {
                restart(random.nextInt(LINES.size()), (byte) random.nextInt());
            }
            long[] arguments = new long[parameters];
            for (int at = 0; at < parameters; at++) {
                arguments[at] = VALUES[random.nextInt(VALUES.length)];
            }
            call(function, arguments);
        }
    }

    /// One argument after the other of a call that would succeed is replaced.
    @Test
    void answersOrTrapsWhereOneArgumentIsHostile() {
        int calls = 0;
        for (int line = 0; line < LINES.size(); line++) {
            String[] words = LINES.get(line).split(" ", 3);
            String function = words[0] + "." + words[1];
            int parameters = FastlyCaller.parameters(function);
            for (int at = 0; at < parameters; at++) {
                for (long value : VALUES) {
                    long[] arguments = prepared(line);
                    arguments[at] = value;
                    call(function, arguments);
                    calls++;
                }
            }
        }
        assertThat(calls).isGreaterThan(LINES.size() * VALUES.length);
    }

    /// The arguments of this line, after those before it were played.
    private long[] prepared(int line) {
        caller.restart();
        var arguments = new ArrayList<long[]>();
        var script =
                new FastlyRehearsal(
                        caller.memory,
                        (module, name, all) -> {
                            arguments.add(all);
                            return arguments.size() > line ? 0 : caller.call(module, name, all);
                        });
        LINES.subList(0, line + 1).forEach(script::call);
        return arguments.get(line).clone();
    }

    private void restart(int lines, byte pattern) {
        caller.restart();
        FastlyRehearsal script = caller.script();
        LINES.subList(0, lines).forEach(script::call);
        caller.memory.fill(pattern, 0, MEMORY);
    }

    private void call(String function, long[] arguments) {
        long before = THREAD.getCurrentThreadAllocatedBytes();
        try {
            assertThat(caller.call(function, arguments)).as(function).isBetween(0, 14);
        } catch (WasmEngineException | GuestEnded expected) {
            caller.word.leaveHost();
        } finally {
            assertThat(THREAD.getCurrentThreadAllocatedBytes() - before)
                    .as(function)
                    .isLessThan(ALLOCATED_BYTES_MAX);
        }
    }
}

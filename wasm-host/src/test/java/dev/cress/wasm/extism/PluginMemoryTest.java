package dev.cress.wasm.extism;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.cress.wasm.guest.Outcome;
import dev.cress.wasm.guest.RunLimits;
import dev.cress.wasm.stop.GuestEnded;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/// The memory that a plug-in shares with its host is as the reference kernel has it, but within the
/// guest's limit and with its bookkeeping out of reach.
class PluginMemoryTest {
    private static final int PAGE = 1 << 16;

    private final PluginCaller caller = new PluginCaller();

    private static Outcome ended(Runnable call) {
        GuestEnded ended = catchThrowableOfType(GuestEnded.class, call::run);
        assertThat(ended).as("end").isNotNull();
        return ended.outcome();
    }

    @Test
    void blocksNeverOverlapAndKeepWhatIsStored() {
        var random = new Random(7);
        Map<Long, Long> lengths = new HashMap<>();
        List<Long> blocks = new ArrayList<>();
        for (int i = 0; i < 3_000; i++) {
            if (!blocks.isEmpty() && random.nextInt(5) < 2) {
                long freed = blocks.remove(random.nextInt(blocks.size()));
                assertFilled(freed, lengths.remove(freed));
                caller.call("free", freed);
                assertThat(caller.call("length", freed)).isZero();
            } else {
                long length = 1L + random.nextInt(random.nextBoolean() ? 40 : 2_000);
                long block = caller.call("alloc", length);
                if (block != 0) {
                    lengths.put(block, length);
                    blocks.add(block);
                    fill(block, length);
                }
            }
        }
        lengths.forEach(this::assertFilled);
    }

    private void fill(long block, long length) {
        assertThat(caller.call("length", block)).isEqualTo(length);
        for (long i = 0; i < length; i++) {
            caller.call("store_u8", block + i, block * 31 + i);
        }
    }

    private void assertFilled(long block, long length) {
        assertThat(caller.call("length", block)).isEqualTo(length);
        for (long i = 0; i < length; i++) {
            assertThat(caller.call("load_u8", block + i)).isEqualTo((block * 31 + i) & 0xff);
        }
    }

    @Test
    void aFreedBlockIsUsedAgain() {
        long large = caller.call("alloc", 1_000);
        caller.call("alloc", 8);
        caller.call("free", large);
        caller.call("free", large);
        assertThat(caller.call("alloc", 950)).isEqualTo(large);
        assertThat(caller.call("alloc", 950)).isGreaterThan(large + 1_000);
    }

    @Test
    void numbersAreLittleEndianAlsoFromPageToPage() {
        caller.call("alloc", 2L * PAGE);
        for (long at = PAGE - 9; at < PAGE + 2; at++) {
            caller.call("store_u64", at, 0x1122334455667788L);
            assertThat(caller.call("load_u64", at)).isEqualTo(0x1122334455667788L);
            assertThat(caller.call("load_u8", at)).isEqualTo(0x88);
            assertThat(caller.call("load_u8", at + 7)).isEqualTo(0x11);
        }
        caller.call("store_u8", PAGE, -1);
        assertThat(caller.call("load_u8", PAGE)).isEqualTo(0xff);
    }

    @Test
    void outsideOfItThereIsNothing() {
        assertThat(caller.call("load_u64", 64)).isZero();
        long end = end();
        caller.call("store_u64", end - 7, -1);
        caller.call("store_u8", end, -1);
        caller.call("store_u64", 60, -1);
        assertThat(caller.call("load_u64", end - 8)).isZero();
        assertThat(caller.call("load_u64", end - 7)).isZero();
        assertThat(caller.call("load_u8", end)).isZero();
        assertThat(caller.call("load_u64", 64)).isZero();
    }

    /// Of one page with a block.
    private long end() {
        caller.call("alloc", 8);
        assertThat(caller.call("memory_bytes")).isEqualTo(PAGE);
        return PAGE;
    }

    @Test
    void itCountsAsTheGuestsAndTheNodesUntilTheRunsEnd() {
        long before = caller.budget.bytesTaken();
        int blocks = 0;
        while (caller.call("alloc", PAGE) != 0) {
            blocks++;
        }
        assertThat(blocks).isBetween(50, 63);
        assertThat(caller.budget.bytesTaken()).isEqualTo(PluginCaller.BYTES_MAX);
        assertThat(caller.memory.growthRefused()).isTrue();
        assertThat(caller.memory.grow(1)).isEqualTo(-1);
        caller.memory.reset(caller.memory.takeInitial());
        assertThat(caller.budget.bytesTaken()).isEqualTo(before);
        caller.memory.limit(PluginCaller.BYTES_MAX / PAGE);
        assertThat(caller.memory.grow(1)).isEqualTo(1);
    }

    @Test
    void smallBlocksCostWhatTheyCostTheHost() {
        long blocks = 0;
        while (caller.call("alloc", 1) != 0) {
            blocks++;
        }
        assertThat(blocks).isLessThan(PluginCaller.BYTES_MAX / 128);
    }

    @Test
    void whatTheHostCannotAnswerForLackOfItEndsTheGuest() {
        caller.call("var_set", caller.block("a"), caller.call("alloc", 1_000));
        long name = caller.block("a");
        while (caller.call("alloc", 512) != 0) {
            caller.call("output_set", 0, 0);
        }
        while (caller.call("alloc", 1) != 0) {
            caller.call("output_set", 0, 0);
        }
        assertThat(ended(() -> caller.call("var_get", name)))
                .isEqualTo(new Outcome.OutOfMemory(RunLimits.DEFAULT.memoryBytes()));
    }

    @Test
    void aResetForgetsBlocksInputAndOutput() {
        caller.restart("input");
        long block = caller.block("text");
        caller.call("output_set", block, 4);
        caller.call("error_set", block);
        assertThat(caller.call("input_length")).isEqualTo(5);
        caller.call("reset");
        for (String name : List.of("input_length", "output_length", "error_get")) {
            assertThat(caller.call(name)).as(name).isZero();
        }
        assertThat(caller.call("length", block)).isZero();
        assertThat(caller.call("load_u64", block)).isZero();
        assertThat(caller.call("alloc", 4)).isEqualTo(block);
    }

    @Test
    void theInputIsTheBodyAndNothingBeyondIt() {
        caller.restart("0123456789");
        assertThat(caller.call("input_length")).isEqualTo(10);
        assertThat(caller.call("input_load_u8", 9)).isEqualTo('9');
        assertThat(caller.call("input_load_u8", 10)).isZero();
        assertThat(caller.call("input_load_u64", 2)).isEqualTo(0x39_38_37_36_35_34_33_32L);
        assertThat(caller.call("input_load_u64", 3)).isZero();
        long input = caller.call("input_offset");
        assertThat(caller.text(input)).isEqualTo("0123456789");
        caller.call("free", input);
        assertThat(caller.call("input_length")).isZero();
        caller.call("input_set", caller.block("other"), 3);
        assertThat(caller.call("input_length")).isEqualTo(3);
        caller.call("input_set", 1L << 40, 3);
        assertThat(caller.call("input_load_u8", 2)).isEqualTo('h');
    }
}

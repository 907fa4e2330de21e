package dev.cress.wasm.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.Test;

import run.endive.runtime.TrapException;
import run.endive.wasm.types.MemoryLimits;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Objects;

/// A guest's memory grows within its limits, costs what it takes, and never shows more than its
/// pages.
class GuestMemoryTest {
    private static final int PAGE = GuestMemory.PAGE_SIZE;

    private static GuestMemory memory(MemoryBudget budget, int pages, int pagesMax) {
        return Objects.requireNonNull(
                GuestMemory.allocate(budget, new MemoryLimits(pages), pagesMax));
    }

    @Test
    void growsToItsCapAndNoFurther() {
        var memory = memory(new MemoryBudget(100 * PAGE), 1, 10);
        assertThat(memory.grow(0)).isEqualTo(1);
        assertThat(memory.grow(9)).isEqualTo(1);
        assertThat(memory.grow(1)).isEqualTo(-1);
        assertThat(memory.grow(-1)).isEqualTo(-1);
        assertThat(memory.grow(Integer.MIN_VALUE)).isEqualTo(-1);
        assertThat(memory.pages()).isEqualTo(10);
        assertThat(memory.maximumPages()).isEqualTo(10);
    }

    @Test
    void isNotAllocatedBeyondTheCapOrTheBudget() {
        var budget = new MemoryBudget(5 * PAGE);
        assertThat(GuestMemory.allocate(budget, new MemoryLimits(3), 2)).isNull();
        assertThat(GuestMemory.allocate(budget, new MemoryLimits(6), 100)).isNull();
        assertThat(GuestMemory.allocate(budget, new MemoryLimits(65_536), 65_536)).isNull();
        assertThat(budget.bytesTaken()).isZero();
    }

    @Test
    void growingBeyondTheBudgetAnswersMinusOneAndTakesNothing() {
        var budget = new MemoryBudget(5 * PAGE);
        var other = memory(budget, 2, 100);
        var memory = memory(budget, 1, 100);
        assertThat(memory.grow(3)).isEqualTo(-1);
        assertThat(memory.growthRefused()).isTrue();
        assertThat(budget.bytesTaken()).isEqualTo(3 * PAGE);
        assertThat(memory.grow(2)).isEqualTo(1);
        assertThat(budget.bytesTaken()).isEqualTo(5 * PAGE);
        other.release();
        assertThat(memory.grow(2)).isEqualTo(3);
    }

    @Test
    void releasingGivesBackWhatGrowthTookInAdvance() {
        var budget = new MemoryBudget(100 * PAGE);
        var memory = memory(budget, 10, 100);
        memory.grow(1);
        assertThat(budget.bytesTaken()).isEqualTo(15 * PAGE);
        memory.release();
        assertThat(budget.bytesTaken()).isZero();
        memory.release();
        assertThat(budget.bytesTaken()).isZero();
    }

    @Test
    void capacityTakenInAdvanceIsNotReadable() {
        var memory = memory(new MemoryBudget(100 * PAGE), 10, 100);
        memory.grow(1);
        assertThat(memory.read(11 * PAGE - 1)).isZero();
        assertThatThrownBy(() -> memory.read(11 * PAGE)).isInstanceOf(TrapException.class);
        assertThatThrownBy(() -> memory.readLong(11 * PAGE - 7)).isInstanceOf(TrapException.class);
        assertThatThrownBy(() -> memory.fill((byte) 1, 0, 11 * PAGE + 1))
                .isInstanceOf(TrapException.class);
        assertThat(memory.grow(1)).isEqualTo(11);
        assertThat(memory.readLong(12 * PAGE - 8)).isZero();
    }

    @Test
    void aHugeCountIsATrapAndNoAllocation() {
        var memory = memory(new MemoryBudget(100 * PAGE), 1, 1);
        assertThatThrownBy(() -> memory.readBytes(0, Integer.MAX_VALUE))
                .isInstanceOf(TrapException.class)
                .hasMessageContaining("2147483647 bytes at 0, memory has 65536");
        assertThatThrownBy(() -> memory.read(8, new byte[8], 0, -8))
                .isInstanceOf(TrapException.class);
    }

    @Test
    void onlyARefusalOfTheHostsCountsAsRefused() {
        var budget = new MemoryBudget(100 * PAGE);
        var modest =
                Objects.requireNonNull(GuestMemory.allocate(budget, new MemoryLimits(1, 2), 10));
        assertThat(modest.grow(5)).isEqualTo(-1);
        assertThat(modest.growthRefused()).isFalse();
        var greedy = memory(budget, 1, 10);
        assertThat(greedy.grow(9)).isEqualTo(1);
        assertThat(greedy.growthRefused()).isFalse();
        assertThat(greedy.grow(1)).isEqualTo(-1);
        assertThat(greedy.growthRefused()).isTrue();
    }

    private static long cpuNanos() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    @Test
    void growingPageByPageIsFastAndKeepsWhatWasThere() {
        var memory = memory(new MemoryBudget(2_048L * PAGE), 1, 2_048);
        long start = cpuNanos();
        for (int page = 1; page < 2_048; page++) {
            memory.writeI32(page * PAGE - 4, page);
            assertThat(memory.grow(1)).isEqualTo(page);
        }
        assertThat(Duration.ofNanos(cpuNanos() - start)).isLessThan(Duration.ofSeconds(3));
        for (int page = 1; page < 2_048; page++) {
            assertThat(memory.readInt(page * PAGE - 4)).isEqualTo(page);
        }
    }

    @Test
    void theLargestMemoryIsWorkedOnToItsEnd() {
        assumeTrue(Runtime.getRuntime().maxMemory() > 5L << 30, "two arrays of 2 GiB");
        var memory = memory(new MemoryBudget(1L << 32), 2, GuestMemory.RUNTIME_MAX_PAGES);
        assertThat(memory.grow(GuestMemory.RUNTIME_MAX_PAGES - 2)).isEqualTo(2);
        memory.fill((byte) 7, 1, memory.size());
        memory.copy(0, 1, memory.size() - 1);
        assertThat(memory.read(0)).isEqualTo((byte) 7);
        assertThat(memory.read(memory.size() - 1)).isEqualTo((byte) 7);
    }
}

package dev.cress.router;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.util.concurrent.atomic.AtomicLong;

class RetryBudgetTest {
    private final AtomicLong nowNs = new AtomicLong();

    private RetryBudget budget(int percent, int perSecondFloor, int loops) {
        return new RetryBudget(
                new RouterConfig.Retries(percent, perSecondFloor), loops, nowNs::get);
    }

    private static int spendAll(RetryBudget budget) {
        int spent = 0;
        while (budget.spend()) {
            spent++;
        }
        return spent;
    }

    @Test
    void startsWithTenSecondsOfTheFloor() {
        assertThat(spendAll(budget(10, 100, 1))).isEqualTo(1_000);
        assertThat(spendAll(budget(10, 100, 2))).isEqualTo(500);
    }

    @Test
    void theFloorGrowsWithTime() {
        var budget = budget(0, 10, 1);
        spendAll(budget);
        nowNs.addAndGet(1_000_000_000L);
        assertThat(spendAll(budget)).isEqualTo(10);
    }

    @Test
    void requestsEarnTheirShare() {
        var budget = budget(10, 100, 1);
        spendAll(budget);
        for (int i = 0; i < 205; i++) {
            budget.earn();
        }
        assertThat(spendAll(budget)).isEqualTo(20);
    }

    @Test
    void savingsEnd() {
        var budget = budget(10, 1, 1);
        for (int i = 0; i < 1_000_000; i++) {
            budget.earn();
        }
        assertThat(spendAll(budget)).isEqualTo(10);
    }

    @Test
    void noneIsNone() {
        assertThat(spendAll(budget(0, 0, 1))).isZero();
    }
}

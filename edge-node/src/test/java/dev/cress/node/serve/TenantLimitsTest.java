package dev.cress.node.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cress.contract.ControlFrame.Limits;
import dev.cress.contract.ControlFrame.Limits.TenantLimit;
import dev.cress.contract.NodeFrame.Demand;
import dev.cress.contract.TenantName;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.List;

/// What a node lets through, on a clock that a test moves.
class TenantLimitsTest {
    private static final TenantName ACME = new TenantName("acme");
    private static final TenantName ZETA = new TenantName("zeta");

    private final GuestThreads threads = new GuestThreads("test", 1, 1);
    private long nanos;
    private final TenantLimits limits = new TenantLimits(threads, () -> nanos);

    @AfterEach
    void close() {
        threads.close();
    }

    private void told(boolean whole, TenantLimit... tenants) {
        limits.take(new Limits(whole, List.of(tenants)));
    }

    private static TenantLimit rate(TenantName tenant, double perSecond) {
        return new TenantLimit(tenant, null, perSecond);
    }

    /// Requests let through of 1,000 each second.
    private int letThrough(int seconds) {
        int count = 0;
        for (int i = 0; i < 1_000 * seconds; i++) {
            nanos += 1_000_000;
            count += limits.admits(ACME) ? 1 : 0;
        }
        return count;
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.5, 1, 7, 100, 999})
    void letsTheRateThroughAndNoMoreThanItsBurstBeyond(double perSecond) {
        told(true, rate(ACME, perSecond));
        double most = 10 * perSecond + Math.max(1, perSecond * TenantLimits.BURST_S);
        assertThat((double) letThrough(10)).isBetween(10 * perSecond - 1, most);
    }

    @Test
    void whoHasNoRateIsNotCounted() {
        told(true, rate(ZETA, 1));
        assertThat(letThrough(1)).isEqualTo(1_000);
        assertThat(limits.takeDemand().tenants()).isEmpty();
    }

    @Test
    void anotherRateHoldsAtOnce() {
        told(true, rate(ACME, 100));
        letThrough(1);
        told(false, rate(ACME, 10));
        assertThat(letThrough(10)).isBetween(100, 103);
        told(false, new TenantLimit(ACME, null, null));
        assertThat(letThrough(1)).isEqualTo(1_000);
    }

    @Test
    void whatIsWholeReplacesEverything() {
        told(true, rate(ACME, 10), new TenantLimit(ZETA, 3, null));
        assertThat(limits.told().tenants()).hasSize(2);
        told(false, rate(ACME, 20));
        assertThat(limits.told().tenants()).hasSize(2);
        told(true, new TenantLimit(ZETA, 4, null));
        assertThat(limits.told())
                .isEqualTo(new Limits(true, List.of(new TenantLimit(ZETA, 4, null))));
        assertThat(letThrough(1)).isEqualTo(1_000);
    }

    @Test
    void demandIsWhatCameWhetherItWasLetThroughOrNot() {
        told(true, rate(ACME, 1));
        letThrough(1);
        assertThat(limits.takeDemand().tenants()).containsExactly(new Demand.Asked(ACME, 1_000));
        assertThat(limits.takeDemand().tenants()).isEmpty();
    }
}

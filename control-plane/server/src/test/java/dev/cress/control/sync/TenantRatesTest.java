package dev.cress.control.sync;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cress.contract.ControlFrame.Limits;
import dev.cress.contract.ControlFrame.Limits.TenantLimit;
import dev.cress.contract.NodeFrame.Demand;
import dev.cress.contract.Quota;
import dev.cress.contract.TenantName;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;
import java.util.Objects;

class TenantRatesTest {
    private static final TenantName ACME = new TenantName("acme");
    private static final TenantName ZETA = new TenantName("zeta");

    private final TenantRates rates = new TenantRates();

    @BeforeEach
    void twoNodes() {
        rates.quotas(
                Map.of(
                        ACME,
                        new Quota(null, null, 7, 100),
                        ZETA,
                        new Quota(null, null, 9, null),
                        TenantName.DEFAULT,
                        Quota.NONE));
        rates.connected("fra-1");
        rates.connected("iad-1");
    }

    private void asked(String node, TenantName tenant, long requests) {
        rates.asked(node, new Demand(List.of(new Demand.Asked(tenant, requests))));
    }

    private static Limits told(Map<String, Limits> changes, String node) {
        return Objects.requireNonNull(changes.get(node), node);
    }

    private static double share(Limits limits) {
        return limits.tenants().stream()
                .filter(limit -> limit.tenant().equals(ACME))
                .mapToDouble(limit -> limit.requestsPerSecond())
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aNodeIsToldEverythingFirstAndThenWhatChanged() {
        Limits first = told(rates.tick(), "fra-1");
        assertThat(first.whole()).isTrue();
        assertThat(first.tenants())
                .containsExactlyInAnyOrder(
                        new TenantLimit(ACME, 7, 50.0), new TenantLimit(ZETA, 9, null));
        assertThat(rates.tick()).isEmpty();
        asked("fra-1", ACME, 1_000);
        Limits next = told(rates.tick(), "fra-1");
        assertThat(next.whole()).isFalse();
        assertThat(next.tenants()).containsExactly(new TenantLimit(ACME, 7, 85.0));
        rates.quotas(Map.of(ACME, new Quota(null, null, null, 10)));
        Limits last = told(rates.tick(), "fra-1");
        assertThat(last.tenants()).contains(new TenantLimit(ZETA, null, null));
        assertThat(last.tenants()).allMatch(limit -> limit.concurrency() == null);
    }

    @Test
    void sharesFollowTheRequests() {
        rates.tick();
        for (int second = 0; second < 5; second++) {
            asked("iad-1", ACME, 500);
            rates.tick();
        }
        asked("fra-1", ACME, 500);
        asked("iad-1", ACME, 500);
        var both = rates.tick();
        assertThat(share(told(both, "fra-1"))).isEqualTo(50);
        assertThat(share(told(both, "iad-1"))).isEqualTo(50);
    }

    @Test
    void aNodeThatWasFloodedGivesItsShareBackWithinTwoSeconds() {
        for (int second = 0; second < 5; second++) {
            asked("fra-1", ACME, 1_000_000);
            asked("iad-1", ACME, 1_000_000);
            rates.tick();
        }
        asked("iad-1", ACME, 1_000_000);
        rates.tick();
        asked("iad-1", ACME, 1_000_000);
        assertThat(share(told(rates.tick(), "iad-1"))).isGreaterThan(80);
    }

    /// It may serve on, without the control plane.
    @Test
    void theShareOfANodeThatWentIsNobodyElsesForAWhile() {
        rates.tick();
        rates.disconnected("iad-1");
        asked("fra-1", ACME, 1_000);
        for (int second = 1; second < TenantRates.KEPT_TICKS; second++) {
            asked("fra-1", ACME, 1_000);
            rates.tick();
        }
        asked("fra-1", ACME, 1_000);
        assertThat(share(told(rates.tick(), "fra-1"))).isEqualTo(100);
    }

    @Test
    void aNodeThatComesBackGetsItsShareAgain() {
        rates.tick();
        rates.disconnected("iad-1");
        assertThat(rates.tick()).isEmpty();
        rates.connected("iad-1");
        var told = rates.tick();
        assertThat(told.keySet()).containsExactly("iad-1");
        assertThat(share(told(told, "iad-1"))).isEqualTo(50);
    }

    @Test
    void aServerDealsWithThePartThatItsNodesAreOfAll() {
        rates.elsewhere(2);
        assertThat(share(told(rates.tick(), "fra-1"))).isEqualTo(25);
    }

    @Test
    void demandForTenantsThatAreNotThereIsForgotten() {
        asked("fra-1", new TenantName("nobody"), 1);
        asked("gone-1", ACME, 1_000);
        rates.tick();
        assertThat(rates.tick()).isEmpty();
    }
}

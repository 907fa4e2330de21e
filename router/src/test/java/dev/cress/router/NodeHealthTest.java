package dev.cress.router;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.time.Duration;

class NodeHealthTest {
    private static final long SECOND = 1_000_000_000L;
    private final NodeHealth health = new NodeHealth(Duration.ofSeconds(5));

    @Test
    void isReadyUntilToldOtherwise() {
        assertThat(health.tier(0)).isEqualTo(Tier.READY);
    }

    @Test
    void oneDroppedRequestSetsItAsideForFiveSeconds() {
        health.dropped(0);
        assertThat(health.tier(0)).isEqualTo(Tier.ASIDE);
        assertThat(health.tier(5 * SECOND - 1)).isEqualTo(Tier.ASIDE);
        assertThat(health.tier(5 * SECOND)).isEqualTo(Tier.READY);
    }

    @Test
    void twoAnswersBringItBackEarlier() {
        health.dropped(0);
        health.passed();
        assertThat(health.tier(SECOND)).isEqualTo(Tier.ASIDE);
        health.passed();
        assertThat(health.tier(SECOND)).isEqualTo(Tier.READY);
    }

    @Test
    void oneLostCheckIsForgiven() {
        health.failed(0);
        assertThat(health.tier(0)).isEqualTo(Tier.READY);
        health.passed();
        health.failed(0);
        assertThat(health.tier(0)).isEqualTo(Tier.READY);
        health.failed(0);
        assertThat(health.tier(0)).isEqualTo(Tier.ASIDE);
    }

    @Test
    void checksThatGoOnFailingKeepItAside() {
        for (int second = 0; second < 60; second++) {
            health.failed(second * SECOND);
        }
        assertThat(health.tier(63 * SECOND)).isEqualTo(Tier.ASIDE);
    }

    @Test
    void drainsWhenItOrTheDirectorySaysSo() {
        health.draining();
        assertThat(health.tier(0)).isEqualTo(Tier.DRAINING);
        health.passed();
        assertThat(health.tier(0)).isEqualTo(Tier.READY);
        health.listed(true);
        health.passed();
        assertThat(health.tier(0)).isEqualTo(Tier.DRAINING);
        health.dropped(0);
        assertThat(health.tier(0)).isEqualTo(Tier.ASIDE);
    }
}

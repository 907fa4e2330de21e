package dev.cress.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class TimesTest {
    @Test
    void aPercentileIsTheSmallestThatSoManyDoNotExceed() {
        var times = new Times();
        for (long nanos = 100; nanos > 0; nanos--) {
            times.add(nanos * 1_000);
        }
        assertThat(times.micros(50)).isEqualTo(50);
        assertThat(times.micros(99)).isEqualTo(99);
        assertThat(times.millis(100)).isEqualTo(0.1);
    }
}

package dev.cress.wasm.isolate;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// What runs usually need is kept for them, what one run needed isn't.
class HighWaterMarkTest {
    private final HighWaterMark mark = new HighWaterMark();

    private void add(int runs, int bytes) {
        for (int i = 0; i < runs; i++) {
            mark.add(bytes);
            mark.look();
        }
    }

    @Test
    void oneOutlierDoesNotMoveIt() {
        add(100, 10);
        mark.add(1_000_000);
        assertThat(mark.bytes()).isEqualTo(10);
        add(1_000, 10);
        assertThat(mark.bytes()).isEqualTo(10);
    }

    @Test
    void outliersFarApartAreNoHabitThoughNobodyLooked() {
        for (int i = 0; i < 5; i++) {
            mark.add(1_000_000);
            for (int run = 0; run < HighWaterMark.WINDOW_RUNS; run++) {
                mark.add(10);
            }
        }
        assertThat(mark.bytes()).isEqualTo(10);
    }

    @Test
    void aHabitMovesItAtOnce() {
        add(100, 10);
        add(2, 1_000);
        assertThat(mark.bytes()).isEqualTo(1_000);
    }

    @Test
    void whatIsNoHabitAnyMoreIsForgotten() {
        add(50, 1_000);
        add(600, 10);
        assertThat(mark.bytes()).isEqualTo(10);
    }

    @Test
    void aHabitIsRememberedOverTheEndOfAWindow() {
        add(256, 1_000);
        add(10, 10);
        assertThat(mark.bytes()).isEqualTo(1_000);
    }
}

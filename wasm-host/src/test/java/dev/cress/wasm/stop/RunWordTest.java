package dev.cress.wasm.stop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/// A stop reaches the run that it was meant for, and nobody after it.
class RunWordTest {
    private static final int ROUNDS = 300_000;

    private final AtomicInteger cancels = new AtomicInteger();
    private final RunWord word = new RunWord(_ -> cancels.incrementAndGet());

    @AfterEach
    void theThreadIsAsGoodAsNew() {
        assertThat(Thread.interrupted()).isFalse();
    }

    @Test
    void theFirstReasonWins() {
        word.begin(new StopFlag());
        assertThat(word.stop(StopReason.CPU_LIMIT)).isTrue();
        assertThat(word.stop(StopReason.WALL_LIMIT)).isFalse();
        assertThat(word.reason()).isEqualTo(StopReason.CPU_LIMIT);
        word.end();
    }

    @Test
    void aGuestIsInterruptedAndItsNextCallRefused() {
        word.begin(new StopFlag());
        word.leaveHost();
        word.stop(StopReason.ABANDONED);
        assertThat(Thread.currentThread().isInterrupted()).isTrue();
        assertThatThrownBy(word::enterHost).isInstanceOf(GuestStopped.class);
        word.end();
    }

    @Test
    void aHostCallIsCancelledAndNotInterrupted() {
        word.begin(new StopFlag());
        word.stop(StopReason.ABANDONED);
        assertThat(cancels).hasValue(1);
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
        assertThatThrownBy(word::checkStopped).isInstanceOf(GuestStopped.class);
        assertThatThrownBy(word::leaveHost).isInstanceOf(GuestStopped.class);
        word.end();
    }

    @Test
    void aRunStoppedBeforeItsBeginningDoesNotBegin() {
        assertThat(word.stop(StopReason.ABANDONED)).isTrue();
        assertThatThrownBy(() -> word.begin(new StopFlag())).isInstanceOf(GuestStopped.class);
        word.end();
    }

    @Test
    void aStopAfterTheEndDoesNothing() {
        word.begin(new StopFlag());
        word.end();
        assertThat(word.stop(StopReason.WALL_LIMIT)).isFalse();
        assertThat(cancels).hasValue(0);
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    /// A guest's thread and one that stops what runs on it, at any moment.
    private static final class Race implements Callable<Long> {
        private final AtomicReference<RunWord> running =
                new AtomicReference<>(new RunWord(_ -> {}));

        private final StopFlag flag = new StopFlag();
        private final AtomicLong stopped = new AtomicLong();
        private volatile boolean over;

        @Override
        public Long call() {
            try {
                for (int i = 0; i < ROUNDS; i++) {
                    var own = new RunWord(_ -> {});
                    running.set(own);
                    round(own);
                    assertThat(Thread.currentThread().isInterrupted()).isFalse();
                }
            } finally {
                over = true;
            }
            return stopped.get();
        }

        private void round(RunWord own) {
            try {
                own.begin(flag);
                own.leaveHost();
                for (int i = 0; i < 3; i++) {
                    // no interrupt of an earlier run, and none at all in host code that got in
                    boolean before = Thread.currentThread().isInterrupted();
                    own.enterHost();
                    assertThat(before || Thread.currentThread().isInterrupted()).isFalse();
                    own.checkStopped();
                    own.leaveHost();
                }
            } catch (GuestStopped expected) {
                stopped.incrementAndGet();
            } finally {
                own.end();
            }
        }

        private Long stopping() {
            long stops = 0;
            while (!over) {
                stops += Objects.requireNonNull(running.get()).stop(StopReason.WALL_LIMIT) ? 1 : 0;
                for (int i = ThreadLocalRandom.current().nextInt(200); i > 0; i--) {
                    Thread.onSpinWait();
                }
            }
            return stops;
        }
    }

    @Test
    void aStopThatRacesWithTheEndNeverReachesTheNextRun()
            throws InterruptedException, ExecutionException {
        try (var threads = Executors.newCachedThreadPool()) {
            var stops = new ArrayList<Future<Long>>();
            var stopped = new ArrayList<Future<Long>>();
            for (int i = 0; i < 4; i++) {
                var race = new Race();
                stopped.add(threads.submit(race));
                stops.add(threads.submit(race::stopping));
            }
            for (int i = 0; i < 4; i++) {
                assertThat(stopped.get(i).get()).isBetween(1L, ROUNDS - 1L);
                assertThat(stops.get(i).get()).isGreaterThanOrEqualTo(stopped.get(i).get());
            }
        }
    }
}

package dev.cress.wasm.stop;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.concurrent.CountDownLatch;

/// Guests that ask see a run's stop, and asking costs nothing before the first.
@Timeout(60)
class StopFlagTest {
    private final StopFlag flag = new StopFlag();

    @Test
    void isRaisedWhileAnyRunIsToldToStop() {
        assertThat(flag.isRaised()).isFalse();
        flag.raise();
        flag.raise();
        flag.lower();
        assertThat(flag.isRaised()).isTrue();
        flag.lower();
        assertThat(flag.isRaised()).isFalse();
        flag.raise();
        assertThat(flag.isRaised()).isTrue();
    }

    @Test
    void readsNothingUntilTheFirstStopAndFromThenOnAlways() {
        assertThat(flag.isArmed()).isFalse();
        flag.raise();
        flag.lower();
        assertThat(flag.isArmed()).isTrue();
    }

    @Test
    void ofSharedCodeIsReadFromTheStart() {
        var shared = StopFlag.armedAtOnce();
        assertThat(shared.isArmed()).isTrue();
        assertThat(shared.isRaised()).isFalse();
        shared.raise();
        assertThat(shared.isRaised()).isTrue();
    }

    @Test
    void belongsToOneImage() {
        flag.raise();
        assertThat(new StopFlag().isArmed()).isFalse();
    }

    /// Where the JIT knows the flag, as in a guest's helper class.
    private static final StopFlag KNOWN = new StopFlag();

    private static final int COMPILED_AFTER = 1_000_000;

    @Test
    void aCompiledLoopSeesTheFirstStop() throws InterruptedException {
        var hot = new CountDownLatch(1);
        var loop =
                Thread.ofPlatform()
                        .start(
                                () -> {
                                    for (long i = 0; !KNOWN.isRaised(); i++) {
                                        if (i == COMPILED_AFTER) {
                                            hot.countDown();
                                        }
                                    }
                                });
        hot.await();
        KNOWN.raise();
        loop.join();
        assertThat(KNOWN.isRaised()).isTrue();
    }
}

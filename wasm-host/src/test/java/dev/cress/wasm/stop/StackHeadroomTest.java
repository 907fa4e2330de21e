package dev.cress.wasm.stop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/// What a host call is promised of its stack is there, and where it isn't there is no promise.
class StackHeadroomTest {
    /// Until compilers have made frames as small as they get.
    private static final int ROUNDS = 12;

    private static void onStack(int bytes, Runnable test)
            throws InterruptedException, ExecutionException {
        var task = new FutureTask<Void>(test, null);
        Thread.ofPlatform().stackSize(bytes).start(task);
        task.get();
    }

    /// Where the stack stood when there was the promise for the last time, and where it ended.
    private static final class Descent {
        private final StackHeadroom headroom;
        private long promised;
        private long reached;

        Descent(StackHeadroom headroom) {
            this.headroom = headroom;
        }

        @SuppressWarnings("InfiniteRecursion")
        private void fall() {
            reached = StackPointer.read();
            if (promised == 0 || promised - reached < StackHeadroom.BYTES / 64) {
                try {
                    headroom.require();
                    promised = reached;
                } catch (StackOverflowError none) {
                    // it goes on without
                }
            }
            fall();
        }

        long promisedBytes() {
            try {
                fall();
                return 0;
            } catch (StackOverflowError bottom) {
                return promised - reached;
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {512 << 10, 1 << 20, 4 << 20})
    void asMuchIsLeftAsPromised(int stackBytes) throws InterruptedException, ExecutionException {
        onStack(
                stackBytes,
                () -> {
                    for (int i = 0; i < ROUNDS; i++) {
                        long left = new Descent(StackHeadroom.here()).promisedBytes();
                        assertThat(left)
                                .isBetween(
                                        (long) StackHeadroom.BYTES, StackHeadroom.BYTES + 9_999L);
                    }
                });
    }

    @Test
    void asMuchIsLeftWhereThePointerIsNotKnown() throws InterruptedException, ExecutionException {
        onStack(
                1 << 20,
                () -> {
                    for (int i = 0; i < ROUNDS; i++) {
                        long left = new Descent(StackHeadroom.byRecursion()).promisedBytes();
                        assertThat(left).isGreaterThanOrEqualTo(StackHeadroom.BYTES);
                    }
                });
    }

    @Test
    void aVirtualThreadHasARoomOfItsOwn() throws InterruptedException, ExecutionException {
        var task = new FutureTask<Void>(() -> StackHeadroom.here().require(), null);
        Thread.ofVirtual().start(task);
        assertThatCode(task::get).doesNotThrowAnyException();
    }
}

package dev.cress.wasm.stop;

import java.util.concurrent.CompletableFuture;

/// Finds out where the stacks of this JVM end for Java: before their lowest address, since the JVM
/// keeps zones to itself.
final class StackBottom {
    private static final int STACK_BYTES = 512 << 10;

    /// Frames that differ in size end at places that differ by less.
    private static final int FRAME_BYTES_MAX = 4 << 10;

    private StackBottom() {}

    /// What Java can't use of any stack: found by filling one, on a thread of its own.
    static long guardedBytes() {
        var guarded = new CompletableFuture<Long>();
        Thread.ofPlatform()
                .name("cress-stack-bottom")
                .stackSize(STACK_BYTES)
                .start(
                        () -> {
                            try {
                                guarded.complete(bottom() - StackPointer.lowest());
                            } catch (LinkageError e) {
                                guarded.completeExceptionally(e);
                            }
                        });
        return guarded.join() + FRAME_BYTES_MAX;
    }

    private static long bottom() {
        long[] reached = {StackPointer.read()};
        try {
            fall(reached);
        } catch (StackOverflowError end) {
            return reached[0];
        }
        throw new IllegalStateException("a stack has no end");
    }

    @SuppressWarnings("InfiniteRecursion")
    private static void fall(long[] reached) {
        reached[0] = StackPointer.read();
        fall(reached);
    }
}

package dev.cress.wasm.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;

import java.lang.management.ClassLoadingMXBean;
import java.lang.management.ManagementFactory;

/// What this thread takes of the heap from here on. Nothing is said of code that has classes loaded
/// meanwhile, which a fuzzer's agent changes, at whatever cost.
public final class HeapUse {
    private static final ThreadMXBean THREAD = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final ClassLoadingMXBean CLASSES = ManagementFactory.getClassLoadingMXBean();

    private final long classes = CLASSES.getTotalLoadedClassCount();
    private final long before = THREAD.getCurrentThreadAllocatedBytes();

    /// Fails if it was more than that.
    public void requireAtMost(long bytes, String what) {
        long taken = THREAD.getCurrentThreadAllocatedBytes() - before;
        if (CLASSES.getTotalLoadedClassCount() == classes) {
            assertThat(taken).as("bytes that %s took", what).isLessThanOrEqualTo(bytes);
        }
    }
}

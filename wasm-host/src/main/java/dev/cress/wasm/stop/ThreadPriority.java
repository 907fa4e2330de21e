package dev.cress.wasm.stop;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/// Lets a thread yield to all others, where the system has `gettid` and a `setpriority` that takes
/// a thread, as Linux does (setpriority(2)). Without privilege a thread can't come back from there,
/// so it is not used again. Java's own priorities do nothing on Linux. Thread-safe.
@SuppressWarnings("restricted") // native access is enabled by jvm.options
public final class ThreadPriority {
    /// The id of no thread.
    static final int UNKNOWN = 0;

    private static final int PRIO_PROCESS = 0;
    private static final int LOWEST = 19;
    private static final Logger LOG = LoggerFactory.getLogger(ThreadPriority.class);
    private static final Optional<Calls> SYSTEM = calls();

    private record Calls(MethodHandle gettid, MethodHandle setpriority) {}

    private ThreadPriority() {}

    private static Optional<Calls> calls() {
        if (!System.getProperty("os.name").equals("Linux")) {
            return Optional.empty();
        }
        try {
            Linker linker = Linker.nativeLinker();
            var symbols = linker.defaultLookup();
            return Optional.of(
                    new Calls(
                            linker.downcallHandle(
                                    symbols.findOrThrow("gettid"),
                                    FunctionDescriptor.of(ValueLayout.JAVA_INT)),
                            linker.downcallHandle(
                                    symbols.findOrThrow("setpriority"),
                                    FunctionDescriptor.of(
                                            ValueLayout.JAVA_INT,
                                            ValueLayout.JAVA_INT,
                                            ValueLayout.JAVA_INT,
                                            ValueLayout.JAVA_INT))));
        } catch (RuntimeException | LinkageError e) {
            LOG.warn("guests that run long keep their priority: {}", e.toString());
            return Optional.empty();
        }
    }

    /// The system's id of this thread, or [#UNKNOWN].
    static int here() {
        return SYSTEM.isEmpty() ? UNKNOWN : call(SYSTEM.get().gettid());
    }

    /// Gives this thread the lowest priority, for good.
    public static void lowerHere() {
        var _ = lower(here());
    }

    /// Gives a thread the lowest priority. Returns whether it has it now.
    static boolean lower(int thread) {
        return thread != UNKNOWN
                && SYSTEM.isPresent()
                && call(SYSTEM.get().setpriority(), PRIO_PROCESS, thread, LOWEST) == 0;
    }

    private static int call(MethodHandle function) {
        try {
            return (int) function.invokeExact();
        } catch (Throwable e) {
            throw new LinkageError("a system call can't be made", e);
        }
    }

    private static int call(MethodHandle function, int which, int who, int priority) {
        try {
            return (int) function.invokeExact(which, who, priority);
        } catch (Throwable e) {
            throw new LinkageError("a system call can't be made", e);
        }
    }
}

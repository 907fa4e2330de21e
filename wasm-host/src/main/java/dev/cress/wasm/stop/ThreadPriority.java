package dev.cress.wasm.stop;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Map;
import java.util.Optional;

/// Lets a thread yield to all others, where the system has `gettid` and a `setpriority` that takes
/// a thread, as Linux does (setpriority(2)). Without privilege a thread can't come back from there,
/// so it is not used again. Java's own priorities do nothing on Linux. Thread-safe.
///
/// The lowest priority alone is a small share, not the last place: beside many such threads one
/// that is woken waits for the end of another's slice, up to a tick of 4 ms at each wake-up. Linux
/// since 6.12 runs who is woken at once before threads of longer slices (sched_setattr(2), whose
/// `sched_runtime` is the slice), so that these get the longest that there is. Two threads in C
/// that wake each other beside 64 of the lowest priority took 24 ms (p99) without, 0.05 ms with it.
@SuppressWarnings("restricted") // native access is enabled by jvm.options
public final class ThreadPriority {
    /// The id of no thread.
    static final int UNKNOWN = 0;

    private static final int PRIO_PROCESS = 0;
    private static final int LOWEST = 19;

    /// Of one that yields, in ns: the longest that Linux takes.
    private static final long SLICE_NANOS = 100_000_000;

    /// The number of sched_setattr by the processor; the C library has no function for it before
    /// 2.41.
    private static final Map<String, Long> SCHED_SETATTR =
            Map.of("amd64", 314L, "aarch64", 274L, "riscv64", 274L);

    /// `struct sched_attr` in its first version: size, policy (SCHED_OTHER), flags, nice, priority,
    /// runtime, deadline, period.
    private static final int ATTR_BYTES = 48;

    private static final int ATTR_NICE = 16;
    private static final int ATTR_RUNTIME = 24;
    private static final Logger LOG = LoggerFactory.getLogger(ThreadPriority.class);
    private static final Optional<Calls> SYSTEM = calls();

    private record Calls(
            MethodHandle gettid,
            MethodHandle setpriority,
            MethodHandle syscall,
            MemorySegment yielding) {}

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
                                            ValueLayout.JAVA_INT)),
                            linker.downcallHandle(
                                    symbols.findOrThrow("syscall"),
                                    FunctionDescriptor.of(
                                            ValueLayout.JAVA_LONG,
                                            ValueLayout.JAVA_LONG,
                                            ValueLayout.JAVA_INT,
                                            ValueLayout.ADDRESS,
                                            ValueLayout.JAVA_INT),
                                    Linker.Option.firstVariadicArg(1)),
                            yielding()));
        } catch (RuntimeException | LinkageError e) {
            LOG.warn("guests that run long keep their priority: {}", e.toString());
            return Optional.empty();
        }
    }

    private static MemorySegment yielding() {
        MemorySegment attributes = Arena.global().allocate(ATTR_BYTES, Long.BYTES);
        attributes.set(ValueLayout.JAVA_INT, 0, ATTR_BYTES);
        attributes.set(ValueLayout.JAVA_INT, ATTR_NICE, LOWEST);
        attributes.set(ValueLayout.JAVA_LONG, ATTR_RUNTIME, SLICE_NANOS);
        return attributes;
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
                && (giveWay(SYSTEM.get(), thread)
                        || call(SYSTEM.get().setpriority(), PRIO_PROCESS, thread, LOWEST) == 0);
    }

    /// The same with a slice that gives way to whoever is woken. An older system takes the priority
    /// and passes over the slice.
    private static boolean giveWay(Calls system, int thread) {
        Long number = SCHED_SETATTR.get(System.getProperty("os.arch"));
        if (number == null) {
            return false;
        }
        try {
            return (long) system.syscall.invokeExact((long) number, thread, system.yielding, 0)
                    == 0;
        } catch (Throwable e) {
            throw new LinkageError("a system call can't be made", e);
        }
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

package dev.cress.wasm.build;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.time.Duration;

/// Shuts this process off from the network, from other processes and from writing files, for good,
/// on Linux on x86-64 and AArch64: whatever a module makes of the compiler or of the JVM is held by
/// the kernel. All threads get a filter of their system calls (seccomp(2)) and no program that any
/// of them could start has more rights; no core is dumped, and CPU time ends at a limit also when
/// nobody is left to watch it.
@SuppressWarnings("restricted") // native access is enabled by the command that starts a worker
final class SystemWall {
    // prctl(2), seccomp(2) and getrlimit(2), in numbers that both architectures have
    private static final int PR_SET_NO_NEW_PRIVS = 38;
    private static final int SECCOMP_SET_MODE_FILTER = 1;
    private static final int SECCOMP_FILTER_FLAG_TSYNC = 1;
    private static final int RLIMIT_CPU = 0;
    private static final int RLIMIT_FSIZE = 1;
    private static final int RLIMIT_CORE = 4;

    private static final int INSTRUCTION_BYTES = 8;

    private final Linker linker = Linker.nativeLinker();
    private final String architecture = System.getProperty("os.arch");

    private SystemWall() {}

    /// The system doesn't do that for us.
    static final class MissingException extends Exception {
        private static final long serialVersionUID = 1;

        MissingException(String message) {
            super(message);
        }
    }

    /// Raises it around this process.
    ///
    /// @param cpuMax of the whole process, which is killed then
    static void raise(Duration cpuMax) throws MissingException {
        SystemWall wall = onLinux();
        byte[] filter =
                CallFilter.of(wall.architecture, (int) ProcessHandle.current().pid())
                        .orElseThrow(
                                () ->
                                        new MissingException(
                                                "no filter is known for " + wall.architecture));
        wall.filter(filter);
        wall.limit(RLIMIT_CORE, 0);
        wall.limit(RLIMIT_FSIZE, 0);
        wall.limit(RLIMIT_CPU, Math.max(1, cpuMax.toSeconds()));
    }

    /// Makes the same calls, but shuts nothing off: for a JVM that notes what its successors need,
    /// which it writes to a file.
    static void rehearse() throws MissingException {
        SystemWall wall = onLinux();
        var _ = CallFilter.of(wall.architecture, 0);
        wall.filter(CallFilter.ofNothing());
        wall.limit(RLIMIT_CORE, 0);
    }

    private static SystemWall onLinux() throws MissingException {
        String system = System.getProperty("os.name");
        if (!system.equals("Linux")) {
            throw new MissingException(system + " has no seccomp");
        }
        return new SystemWall();
    }

    private void limit(int resource, long most) throws MissingException {
        try (var arena = Arena.ofConfined()) {
            MemorySegment limits = arena.allocateFrom(JAVA_LONG, most, most);
            int status =
                    (int)
                            function("setrlimit", JAVA_INT, JAVA_INT, ADDRESS)
                                    .invokeExact(resource, limits);
            require(status == 0, "setrlimit of resource " + resource);
        } catch (MissingException | RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new LinkageError("setrlimit can't be called", e);
        }
    }

    private void filter(byte[] program) throws MissingException {
        try (var arena = Arena.ofConfined()) {
            int status =
                    (int)
                            variadic(
                                            "prctl", 1, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG,
                                            JAVA_LONG, JAVA_LONG)
                                    .invokeExact(PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L);
            require(status == 0, "prctl of PR_SET_NO_NEW_PRIVS");
            MemorySegment instructions = arena.allocate(program.length, INSTRUCTION_BYTES);
            instructions.copyFrom(MemorySegment.ofArray(program));
            // struct sock_fprog
            MemorySegment whole = arena.allocate(2 * ADDRESS.byteSize(), ADDRESS.byteAlignment());
            whole.set(JAVA_SHORT, 0, (short) (program.length / INSTRUCTION_BYTES));
            whole.set(ADDRESS, ADDRESS.byteSize(), instructions);
            // the number of a thread that could not get it, if there is one
            long failed =
                    (long)
                            variadic(
                                            "syscall", 1, JAVA_LONG, JAVA_LONG, JAVA_LONG,
                                            JAVA_LONG, ADDRESS)
                                    .invokeExact(
                                            number(),
                                            (long) SECCOMP_SET_MODE_FILTER,
                                            (long) SECCOMP_FILTER_FLAG_TSYNC,
                                            whole);
            require(failed == 0, "seccomp");
        } catch (MissingException | RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new LinkageError("seccomp can't be called", e);
        }
    }

    /// Of seccomp(2), for which libc has no function.
    private long number() {
        return architecture.equals("amd64") ? 317 : 277;
    }

    private static void require(boolean done, String what) throws MissingException {
        if (!done) {
            throw new MissingException("the kernel refuses " + what);
        }
    }

    private MethodHandle function(String name, MemoryLayout result, MemoryLayout... parameters) {
        return linker.downcallHandle(
                linker.defaultLookup().findOrThrow(name),
                FunctionDescriptor.of(result, parameters));
    }

    private MethodHandle variadic(
            String name, int first, MemoryLayout result, MemoryLayout... parameters) {
        return linker.downcallHandle(
                linker.defaultLookup().findOrThrow(name),
                FunctionDescriptor.of(result, parameters),
                Linker.Option.firstVariadicArg(first));
    }
}

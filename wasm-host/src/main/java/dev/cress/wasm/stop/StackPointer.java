package dev.cress.wasm.stop;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.util.Map;
import java.util.Optional;

/// Reads the stack pointer and the bounds of a thread's stack, on Linux on x86-64 and AArch64.
/// Neither Java nor libc tells the pointer, so a function of two instructions does, on a page that
/// is executable once it can't be written any more. A call takes 2.4 ns, since it is linked as
/// critical, without a change of the thread's state. Thread-safe.
@SuppressWarnings("restricted") // native access is enabled by jvm.options
final class StackPointer {
    private static final Map<String, byte[]> INSTRUCTIONS =
            Map.of(
                    // mov rax, rsp; ret
                    "amd64",
                    new byte[] {0x48, (byte) 0x89, (byte) 0xe0, (byte) 0xc3},
                    // mov x0, sp; ret
                    "aarch64",
                    new byte[] {(byte) 0xe0, 3, 0, (byte) 0x91, (byte) 0xc0, 3, 0x5f, (byte) 0xd6});

    private static final Logger LOG = LoggerFactory.getLogger(StackPointer.class);
    private static final Optional<Reader> READER = reader();

    /// In a field of its own, so that the JIT knows which function it is.
    private static final MethodHandle READ =
            READER.map(Reader::pointer).orElseGet(() -> MethodHandles.constant(long.class, 0L));

    private StackPointer() {}

    /// What is called to read, in C.
    private record Reader(MethodHandle pointer, Bounds bounds) {}

    /// Functions of `pthread.h` that tell a thread's stack (pthread_getattr_np(3)).
    private record Bounds(
            MethodHandle self, MethodHandle attributes, MethodHandle stack, MethodHandle destroy) {
        /// More than any libc's `pthread_attr_t`.
        private static final int ATTRIBUTES_BYTES = 256;

        static Bounds of(Linker linker) {
            return new Bounds(
                    function(linker, "pthread_self", JAVA_LONG),
                    function(linker, "pthread_getattr_np", JAVA_INT, JAVA_LONG, ADDRESS),
                    function(linker, "pthread_attr_getstack", JAVA_INT, ADDRESS, ADDRESS, ADDRESS),
                    function(linker, "pthread_attr_destroy", JAVA_INT, ADDRESS));
        }

        long lowest() throws Throwable {
            try (var arena = Arena.ofConfined()) {
                MemorySegment attr = arena.allocate(ATTRIBUTES_BYTES, Long.BYTES);
                MemorySegment lowest = arena.allocate(JAVA_LONG);
                MemorySegment size = arena.allocate(JAVA_LONG);
                long thread = (long) self.invokeExact();
                int status = (int) attributes.invokeExact(thread, attr);
                if (status == 0) {
                    status = (int) stack.invokeExact(attr, lowest, size);
                    status |= (int) destroy.invokeExact(attr);
                }
                if (status != 0) {
                    throw new LinkageError("the system doesn't tell this thread's stack");
                }
                return lowest.get(JAVA_LONG, 0);
            }
        }
    }

    private static MethodHandle function(
            Linker linker, String name, MemoryLayout result, MemoryLayout... parameters) {
        return linker.downcallHandle(
                linker.defaultLookup().findOrThrow(name),
                FunctionDescriptor.of(result, parameters));
    }

    private static Optional<Reader> reader() {
        byte[] instructions = INSTRUCTIONS.get(System.getProperty("os.arch"));
        if (instructions == null || !System.getProperty("os.name").equals("Linux")) {
            return Optional.empty();
        }
        try {
            Linker linker = Linker.nativeLinker();
            MethodHandle pointer =
                    linker.downcallHandle(
                            executable(linker, instructions),
                            FunctionDescriptor.of(JAVA_LONG),
                            Linker.Option.critical(false));
            return Optional.of(new Reader(pointer, Bounds.of(linker)));
        } catch (Throwable e) {
            LOG.warn("host calls prove in microseconds that stack is left: {}", e.toString());
            return Optional.empty();
        }
    }

    /// A page of its own, as large as pages are anywhere.
    private static MemorySegment executable(Linker linker, byte[] instructions) throws Throwable {
        long pageBytes = 64 << 10;
        int readWrite = 3;
        int readExecute = 5;
        int privateAnonymous = 0x22;
        MethodHandle map =
                function(
                        linker, "mmap", JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT,
                        JAVA_INT, JAVA_LONG);
        MethodHandle protect =
                function(linker, "mprotect", JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT);
        long at = (long) map.invokeExact(0L, pageBytes, readWrite, privateAnonymous, -1, 0L);
        if (at == -1) {
            throw new LinkageError("there is no page");
        }
        MemorySegment page = MemorySegment.ofAddress(at).reinterpret(pageBytes);
        page.copyFrom(MemorySegment.ofArray(instructions));
        if ((int) protect.invokeExact(at, pageBytes, readExecute) != 0) {
            throw new LinkageError("no page may be executed");
        }
        return page;
    }

    /// Whether this system has what it takes.
    static boolean isKnown() {
        return READER.isPresent();
    }

    /// Where this thread's stack stands. It grows towards lower addresses.
    static long read() {
        try {
            return (long) READ.invokeExact();
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new LinkageError("the stack pointer can't be read", e);
        }
    }

    /// The lowest address of this thread's stack.
    static long lowest() {
        try {
            return READER.orElseThrow().bounds().lowest();
        } catch (Throwable e) {
            throw new LinkageError("a stack's bounds can't be read", e);
        }
    }
}

package dev.cress.wasm.build;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Executors;

/// A program: raises a build worker's wall around itself and then tries to get out. It says on
/// standard output what came of each attempt, a line each.
@SuppressWarnings("restricted") // native access is enabled by the command that starts it
final class Prisoner {
    /// Of io_uring_setup(2), pidfd_open(2) and clone3(2), everywhere.
    private static final int IO_URING_SETUP = 425;

    private static final int PIDFD_OPEN = 434;
    private static final int CLONE3 = 435;
    private static final int AF_INET = 2;
    private static final int SOCK_STREAM = 1;
    private static final int X32 = 0x4000_0000;

    private final Linker linker = Linker.nativeLinker();
    private final String folder;
    private final int port;
    private final long parent;
    private final boolean isWalled;

    private Prisoner(String folder, int port, long parent, boolean isWalled) {
        this.folder = folder;
        this.port = port;
        this.parent = parent;
        this.isWalled = isWalled;
    }

    /// What may fail.
    private interface Attempt {
        Object make() throws Throwable;
    }

    /// Takes a folder to write to, a port of this machine that answers, its parent's process id,
    /// and, when there is to be no wall, `free`.
    public static void main(String[] arguments) throws Exception {
        boolean isWalled = arguments.length < 4;
        var prisoner =
                new Prisoner(
                        arguments[0],
                        Integer.parseInt(arguments[1]),
                        Long.parseLong(arguments[2]),
                        isWalled);
        try (var before = Executors.newSingleThreadExecutor()) {
            // a thread that is there already
            before.submit(Prisoner::openAndClose).get();
            if (isWalled) {
                SystemWall.raise(Duration.ofSeconds(30));
            }
            before.submit(() -> prisoner.tryAll("")).get();
        }
        var after = new Thread(() -> prisoner.tryAll("later "));
        after.start();
        after.join();
    }

    /// So that the JDK has set up what it needs for more.
    private static void openAndClose() {
        try (var server = new ServerSocket(0);
                var datagrams = new DatagramSocket();
                var client = new Socket(InetAddress.getLoopbackAddress(), server.getLocalPort())) {
            datagrams.disconnect();
            client.shutdownOutput();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void tryAll(String who) {
        say(who + "connect", () -> new Socket(InetAddress.getLoopbackAddress(), port));
        say(who + "listen", () -> new ServerSocket(0));
        say(who + "datagram", () -> new DatagramSocket());
        say(who + "program", () -> new ProcessBuilder("true").start().waitFor());
        say(who + "write", () -> Files.write(Path.of(folder, who + "file"), new byte[1]));
        say(who + "delete", () -> delete(Path.of(folder, "precious")));
        say(who + "socket", () -> result("socket", AF_INET, SOCK_STREAM));
        if (isWalled) {
            // what it forked would be a second prisoner
            say(who + "fork", () -> result("fork", 0, 0));
        }
        say(who + "exec", () -> result("execve", 0, 0));
        say(who + "signal to its parent", () -> result("kill", parent, 0));
        say(who + "signal to itself", () -> result("kill", ProcessHandle.current().pid(), 0));
        say(who + "limit of its parent", () -> result("sched_setaffinity", parent, 0));
        say(who + "io_uring", () -> result("syscall", IO_URING_SETUP, 1));
        say(who + "pidfd", () -> result("syscall", PIDFD_OPEN, parent));
        say(who + "clone3", () -> result("syscall", CLONE3, 0));
        say(who + "x32", () -> result("syscall", X32 | 39, 0));
        say(who + "read", () -> Files.size(Path.of("/proc/self/status")) >= 0);
    }

    private static boolean delete(Path file) throws IOException {
        Files.delete(file);
        return true;
    }

    /// Calls libc; gives what it answers or the number of its error.
    private Object result(String function, long first, long second) throws Throwable {
        var errno = Linker.Option.captureCallState("errno");
        var call =
                linker.downcallHandle(
                        linker.defaultLookup().findOrThrow(function),
                        FunctionDescriptor.of(
                                ValueLayout.JAVA_LONG,
                                ValueLayout.JAVA_LONG,
                                ValueLayout.JAVA_LONG,
                                ValueLayout.JAVA_LONG),
                        errno);
        try (var arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(Linker.Option.captureStateLayout());
            long answer = (long) call.invokeExact(state, first, second, 0L);
            return (int) answer == -1 ? "error " + state.get(ValueLayout.JAVA_INT, 0) : "done";
        }
    }

    @SuppressWarnings("SystemOut")
    private static void say(String what, Attempt attempt) {
        try {
            System.out.println(what + ": " + attempt.make());
        } catch (Throwable e) {
            System.out.println(what + ": " + e.toString().lines().findFirst().orElse(""));
        }
    }
}

package dev.cress.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// A server in a JVM of its own, with the flags of this one, so that what it takes is its own. Used
/// by one thread.
final class ServerProcess implements AutoCloseable {
    private static final Duration START_MAX = Duration.ofSeconds(60);
    private static final long LOOK_EVERY_NANOS = 1_000_000;
    private static final Duration IDLE_FOR = Duration.ofMillis(500);
    private static final Duration IDLE_CPU_MAX = Duration.ofMillis(25);
    private static final Duration REST = Duration.ofSeconds(25);
    private static final int OK = 200;

    /// The last line of a class histogram: instances, bytes.
    private static final Pattern HISTOGRAM_TOTAL =
            Pattern.compile("^Total +\\d+ +(\\d+)", Pattern.MULTILINE);

    private final Process process;
    private final int port;
    private final long startedNanos;
    private final Path errors;

    private ServerProcess(Process process, int port, long startedNanos, Path errors) {
        this.process = process;
        this.port = port;
        this.startedNanos = startedNanos;
        this.errors = errors;
    }

    /// `cress run node` with what [NodeData] has in this folder, and no control plane.
    ///
    /// @param flags further flags of its JVM
    static ServerProcess node(Path data, List<String> flags) throws IOException {
        int port = freePort();
        return start(
                port,
                flags,
                "dev.cress.cli.Cress",
                "run",
                "node",
                "--region=" + NodeData.REGION + "@0,0",
                "--name=" + NodeData.NODE,
                "--control=http://127.0.0.1:9",
                "--join=none",
                "--data=" + data,
                "--port=" + port);
    }

    /// A main class of the benchmarks whose first argument is the port.
    static ServerProcess of(Class<?> main, String... arguments) throws IOException {
        int port = freePort();
        var words = new ArrayList<>(List.of(Integer.toString(port)));
        words.addAll(List.of(arguments));
        return start(port, List.of(), main.getName(), words.toArray(String[]::new));
    }

    private static ServerProcess start(
            int port, List<String> flags, String main, String... arguments) throws IOException {
        Path errors = Files.createTempFile("cress-bench", ".err");
        var builder =
                new ProcessBuilder(java(flags, main, arguments))
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .redirectError(errors.toFile());
        long started = System.nanoTime();
        return new ServerProcess(builder.start(), port, started, errors);
    }

    /// The command that starts a JVM like this one.
    static List<String> java(List<String> flags, String main, String... arguments) {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(flags);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main));
        command.addAll(List.of(arguments));
        return command;
    }

    /// One that was free a moment ago.
    static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    int port() {
        return port;
    }

    /// Asks this until it is answered 200; returns how long after the process's start that was.
    Duration firstAnswer(String function, String path) throws IOException {
        byte[] request = Connection.get(function, path);
        while (System.nanoTime() - startedNanos < START_MAX.toNanos() && process.isAlive()) {
            try (var connection = new Connection(port)) {
                if (connection.ask(request) == OK) {
                    return Duration.ofNanos(System.nanoTime() - startedNanos);
                }
            } catch (IOException e) {
                // it doesn't listen yet
            }
            LockSupport.parkNanos(LOOK_EVERY_NANOS);
        }
        throw new IOException(
                "%s did not answer within %d s: %s"
                        .formatted(function, START_MAX.toSeconds(), Files.readString(errors)));
    }

    /// Waits until it takes next to no CPU time.
    void awaitIdle() throws IOException {
        long end = System.nanoTime() + START_MAX.toNanos();
        Duration before;
        do {
            if (System.nanoTime() > end) {
                throw new IOException("busy for " + START_MAX.toSeconds() + " s");
            }
            before = cpu();
            LockSupport.parkNanos(IDLE_FOR.toNanos());
        } while (cpu().minus(before).compareTo(IDLE_CPU_MAX) > 0);
    }

    /// Waits until it has been idle for long enough that its JVM gave back what it doesn't need,
    /// twice the intervals in `jvm.options`.
    void awaitRest() throws IOException {
        awaitIdle();
        long end = System.nanoTime() + REST.toNanos();
        while (System.nanoTime() < end) {
            LockSupport.parkNanos(IDLE_FOR.toNanos());
        }
    }

    /// CPU time since its start.
    Duration cpu() {
        return process.info().totalCpuDuration().orElseThrow();
    }

    /// Asks this so often, one after the other; every answer must be 200.
    void ask(String function, String path, int times) throws IOException {
        byte[] request = Connection.get(function, path);
        try (var connection = new Connection(port)) {
            for (int i = 0; i < times; i++) {
                int status = connection.ask(request);
                if (status != OK) {
                    throw new IOException("%s answers %d".formatted(function, status));
                }
            }
        }
    }

    /// Memory of this process in KiB, as Linux counts it.
    long rssKib() throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc/" + process.pid() + "/status"))) {
            String line = lines.filter(l -> l.startsWith("VmRSS:")).findFirst().orElseThrow();
            return Long.parseLong(line.replaceAll("[^0-9]", ""));
        }
    }

    /// Bytes on its heap that are in use, after a collection of everything.
    long heapBytes() throws IOException {
        Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        Process asked =
                new ProcessBuilder(
                                jcmd.toString(), Long.toString(process.pid()), "GC.class_histogram")
                        .redirectErrorStream(true)
                        .start();
        String said = new String(asked.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        Matcher total = HISTOGRAM_TOTAL.matcher(said);
        if (!total.find()) {
            throw new IOException("jcmd says no total: " + said);
        }
        return Long.parseLong(total.group(1));
    }

    @Override
    public void close() throws IOException {
        process.destroyForcibly();
        try {
            process.waitFor(START_MAX.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Files.deleteIfExists(errors);
    }
}

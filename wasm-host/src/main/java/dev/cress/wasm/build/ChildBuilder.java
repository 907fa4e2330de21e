package dev.cress.wasm.build;

import dev.cress.wasm.guest.RefusedModuleException;
import dev.cress.wasm.guest.Wanted;
import dev.cress.wasm.image.ImageContent;
import dev.cress.wasm.image.ImageFile;

import org.jspecify.annotations.Nullable;

import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/// Builds each image in a JVM of its own, with a heap, CPU time and wall time of its own and an
/// empty environment. Neither parsing nor compiling can be interrupted, so a build that takes too
/// much is killed. Thread-safe; blocks.
public final class ChildBuilder implements ImageBuilder {
    private static final Duration LOOK_EVERY = Duration.ofMillis(20);
    private static final int STDERR_BYTES_MAX = 4 << 10;

    /// How the JVM ends by `-XX:+ExitOnOutOfMemoryError`.
    private static final int EXIT_OUT_OF_MEMORY = 3;

    private final Limits limits;
    private final Semaphore free;

    /// What one build may take.
    ///
    /// @param buildsAtOnce further ones wait
    /// @param turn how long they wait for theirs, at most
    public record Limits(
            int heapMib, Duration cpu, Duration wall, int buildsAtOnce, Duration turn) {
        /// Enough for an 11.5 MB engine of a language, which takes 46 to 97 s to compile.
        public static final Limits DEFAULT =
                new Limits(
                        1_024,
                        Duration.ofSeconds(180),
                        Duration.ofSeconds(240),
                        2,
                        Duration.ofSeconds(60));
    }

    public ChildBuilder(Limits limits) {
        this.limits = limits;
        this.free = new Semaphore(limits.buildsAtOnce(), true);
    }

    @Override
    public ImageContent build(byte[] module, Wanted wanted) throws RefusedModuleException {
        try {
            if (!free.tryAcquire(limits.turn().toMillis(), TimeUnit.MILLISECONDS)) {
                throw limit(
                        "%d builds run and none ended within %d s: try again"
                                .formatted(limits.buildsAtOnce(), limits.turn().toSeconds()));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw limit("the build was called off");
        }
        try {
            return ImageFile.read(buildInChild(module, wanted));
        } catch (IOException e) {
            throw new UncheckedIOException("a build worker can't be used", e);
        } finally {
            free.release();
        }
    }

    private byte[] buildInChild(byte[] module, Wanted wanted)
            throws IOException, RefusedModuleException {
        var command = new ProcessBuilder(command());
        command.environment().clear();
        Process child = command.start();
        var killed = new AtomicReference<@Nullable String>();
        var said = new CompletableFuture<String>();
        Thread.ofVirtual().start(() -> guard(child, killed));
        Thread.ofVirtual().start(() -> said.complete(beginning(child.getErrorStream())));
        Thread.ofVirtual().start(() -> ask(child, wanted, module));
        try (var answer = new DataInputStream(child.getInputStream())) {
            return BuildFrames.readAnswer(answer);
        } catch (IOException e) {
            throw ended(child, killed.get(), said, e);
        } finally {
            child.destroyForcibly();
        }
    }

    private RefusedModuleException ended(
            Process child,
            @Nullable String killed,
            CompletableFuture<String> said,
            IOException cause)
            throws IOException {
        if (killed != null) {
            return limit(killed);
        }
        int exitCode = exitCode(child);
        if (exitCode == EXIT_OUT_OF_MEMORY) {
            return limit(
                    "module takes more than %d MiB of memory to build".formatted(limits.heapMib()));
        }
        throw new IOException(
                "the build worker ended with exit code %d: %s".formatted(exitCode, said.join()),
                cause);
    }

    private static int exitCode(Process child) {
        try {
            return child.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return -1;
        }
    }

    private static RefusedModuleException limit(String message) {
        return new RefusedModuleException("build-limit", message);
    }

    private void guard(Process child, AtomicReference<@Nullable String> killed) {
        long end = System.nanoTime() + limits.wall().toNanos();
        try {
            while (!child.waitFor(LOOK_EVERY.toMillis(), TimeUnit.MILLISECONDS)) {
                Duration cpu = child.info().totalCpuDuration().orElse(Duration.ZERO);
                if (cpu.compareTo(limits.cpu()) > 0) {
                    killed.set(
                            "module takes more than %d s of CPU time to build"
                                    .formatted(limits.cpu().toSeconds()));
                    child.destroyForcibly();
                } else if (System.nanoTime() - end > 0) {
                    killed.set(
                            "module takes more than %d s to build"
                                    .formatted(limits.wall().toSeconds()));
                    child.destroyForcibly();
                }
            }
        } catch (InterruptedException e) {
            child.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    private static void ask(Process child, Wanted wanted, byte[] module) {
        try (var out = new DataOutputStream(new BufferedOutputStream(child.getOutputStream()))) {
            BuildFrames.writeRequest(out, wanted, module);
        } catch (IOException e) {
            // it is gone: whoever reads its answer hears why
            child.destroy();
        }
    }

    private static String beginning(InputStream stderr) {
        try (stderr) {
            String text =
                    new String(stderr.readNBytes(STDERR_BYTES_MAX), StandardCharsets.UTF_8).strip();
            stderr.skip(Long.MAX_VALUE);
            return text;
        } catch (IOException e) {
            return "";
        }
    }

    private List<String> command() {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Xmx" + limits.heapMib() + "m");
        command.addAll(
                List.of(
                        "-Xss4m",
                        "-XX:MaxMetaspaceSize=256m",
                        "-XX:MaxDirectMemorySize=16m",
                        "-XX:+UseSerialGC",
                        // one build is over before the second tier pays
                        "-XX:TieredStopAtLevel=1",
                        "-XX:-DontCompileHugeMethods",
                        "-XX:+ExitOnOutOfMemoryError",
                        "-cp",
                        System.getProperty("java.class.path"),
                        BuildWorker.class.getName()));
        return command;
    }
}

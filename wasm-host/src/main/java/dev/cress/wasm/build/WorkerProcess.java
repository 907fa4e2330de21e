package dev.cress.wasm.build;

import dev.cress.wasm.build.ChildBuilder.Limits;
import dev.cress.wasm.guest.RefusedModuleException;
import dev.cress.wasm.guest.Wanted;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

/// One child JVM, which builds one image at most. Not thread-safe but for [#close()].
final class WorkerProcess implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(WorkerProcess.class);
    private static final Duration LOOK_EVERY = Duration.ofMillis(20);
    private static final int STDERR_BYTES_MAX = 4 << 10;

    /// How the JVM ends by `-XX:+ExitOnOutOfMemoryError`.
    private static final int EXIT_OUT_OF_MEMORY = 3;

    /// One line is enough: the system is the same for all workers.
    private static final AtomicBoolean SAID_WHAT_LACKS = new AtomicBoolean();

    private final Process child;
    private final Limits limits;
    private final CompletableFuture<String> said = new CompletableFuture<>();

    WorkerProcess(Process child, Limits limits) {
        this.child = child;
        this.limits = limits;
        Thread.ofVirtual().start(() -> said.complete(beginning(child.getErrorStream())));
    }

    boolean isAlive() {
        return child.isAlive();
    }

    /// Waits until it has ended. Returns whether it has.
    boolean awaitEnd(Duration most) throws InterruptedException {
        return child.waitFor(most.toMillis(), TimeUnit.MILLISECONDS);
    }

    /// The beginning of what it wrote to standard error, once it has ended.
    String said() {
        return said.join();
    }

    /// The image of this module, in the bytes of its file.
    byte[] build(byte[] module, Wanted wanted) throws IOException, RefusedModuleException {
        var killed = new AtomicReference<@Nullable String>();
        Thread.ofVirtual().start(() -> guard(cpu(), killed));
        Thread.ofVirtual().start(() -> ask(wanted, module));
        try (var answer = new DataInputStream(child.getInputStream())) {
            noteWall(BuildFrames.readReady(answer));
            return BuildFrames.readAnswer(answer);
        } catch (IOException e) {
            throw ended(killed.get(), e);
        }
    }

    private static void noteWall(String lacks) {
        if (!lacks.isEmpty() && SAID_WHAT_LACKS.compareAndSet(false, true)) {
            LOG.warn(
                    "build workers may reach the network, other processes and files: {}",
                    lacks.lines().findFirst().orElse(""));
        }
    }

    private RefusedModuleException ended(@Nullable String killed, IOException cause)
            throws IOException {
        if (killed != null) {
            return ChildBuilder.limit(killed);
        }
        int exitCode = exitCode();
        if (exitCode == EXIT_OUT_OF_MEMORY) {
            return ChildBuilder.limit(
                    "module takes more than %d MiB of memory to build".formatted(limits.heapMib()));
        }
        throw new IOException(
                "the build worker ended with exit code %d: %s".formatted(exitCode, said.join()),
                cause);
    }

    private int exitCode() {
        try {
            return child.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return -1;
        }
    }

    private Duration cpu() {
        return child.info().totalCpuDuration().orElse(Duration.ZERO);
    }

    private void guard(Duration cpuBefore, AtomicReference<@Nullable String> killed) {
        long end = System.nanoTime() + limits.wall().toNanos();
        try {
            while (!awaitEnd(LOOK_EVERY)) {
                if (cpu().minus(cpuBefore).compareTo(limits.cpu()) > 0) {
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

    private void ask(Wanted wanted, byte[] module) {
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
            stderr.transferTo(OutputStream.nullOutputStream());
            return text;
        } catch (IOException e) {
            return "";
        }
    }

    /// Kills it, unless it has ended.
    @Override
    public void close() {
        child.destroyForcibly();
    }
}

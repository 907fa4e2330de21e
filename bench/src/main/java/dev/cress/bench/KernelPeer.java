package dev.cress.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// The kernels in another engine, in a process that waits for calls. Used by one thread.
final class KernelPeer implements AutoCloseable {
    /// Names the Python to use, where it isn't the `python3` of the path.
    static final String PYTHON_VARIABLE = "CRESS_WASMTIME_PYTHON";

    private static final int PROBE_SECONDS_MAX = 20;

    private final String name;
    private final Path folder;
    private final Path script;
    private final Path wasm;
    private final Process engine;
    private final BufferedWriter calls;
    private final BufferedReader answers;

    private KernelPeer(String name, String program, String script, byte[] module)
            throws IOException {
        this.name = name;
        this.folder = Files.createTempDirectory("cress-bench");
        this.script = folder.resolve(script);
        this.wasm = Files.write(folder.resolve("kernels.wasm"), module);
        try (InputStream in = KernelPeer.class.getResourceAsStream("/dev/cress/bench/" + script)) {
            if (in == null) {
                throw new IllegalStateException(script + " is not in the benchmark's jar");
            }
            Files.copy(in, this.script);
        }
        this.engine =
                new ProcessBuilder(program, this.script.toString(), wasm.toString())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        this.calls = engine.outputWriter(UTF_8);
        this.answers = engine.inputReader(UTF_8);
    }

    /// What a kernel returned, and the fastest of its calls.
    record Answer(String sum, double bestMs) {}

    /// Node, which nothing stops: its own WebAssembly API calls the module's export `kernel`.
    static KernelPeer node(byte[] module) throws IOException {
        return new KernelPeer("node", "node", "node-peer.mjs", module);
    }

    /// Wasmtime from its Python package, stopped at the CPU time that our guests have, or nothing
    /// where there is no Python that has it.
    ///
    /// @param progress is told how to get it
    static Optional<KernelPeer> wasmtime(byte[] module, PrintStream progress)
            throws IOException, InterruptedException {
        String python = System.getenv().getOrDefault(PYTHON_VARIABLE, "python3");
        if (!hasWasmtime(python)) {
            progress.println(
                    "no Wasmtime to compare with: '%s' doesn't import it. `pip install wasmtime` in a venv, and name the venv's python in %s."
                            .formatted(python, PYTHON_VARIABLE));
            return Optional.empty();
        }
        return Optional.of(new KernelPeer("wasmtime", python, "wasmtime-peer.py", module));
    }

    private static boolean hasWasmtime(String python) throws InterruptedException {
        try {
            Process probe =
                    new ProcessBuilder(python, "-c", "import wasmtime")
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .redirectError(ProcessBuilder.Redirect.DISCARD)
                            .start();
            boolean ended = probe.waitFor(PROBE_SECONDS_MAX, TimeUnit.SECONDS);
            probe.destroyForcibly();
            return ended && probe.exitValue() == 0;
        } catch (IOException noSuchProgram) {
            return false;
        }
    }

    /// As results call it.
    String name() {
        return name;
    }

    Answer call(int kernel, int times) throws IOException {
        calls.write("%d %d\n".formatted(kernel, times));
        calls.flush();
        String line = answers.readLine();
        if (line == null) {
            throw new IOException(name + " ended");
        }
        int blank = line.indexOf(' ');
        return new Answer(line.substring(0, blank), Double.parseDouble(line.substring(blank + 1)));
    }

    @Override
    public void close() throws IOException {
        engine.destroy();
        Files.deleteIfExists(script);
        Files.deleteIfExists(wasm);
        Files.delete(folder);
    }
}

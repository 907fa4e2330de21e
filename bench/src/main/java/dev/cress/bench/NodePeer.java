package dev.cress.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/// The kernels in Node, through its own WebAssembly API, in a process that waits for calls. Used by
/// one thread.
final class NodePeer implements AutoCloseable {
    private static final String SCRIPT = "node-peer.mjs";

    private final Path folder;
    private final Process node;
    private final BufferedWriter calls;
    private final BufferedReader answers;

    private NodePeer(Path folder, Process node) {
        this.folder = folder;
        this.node = node;
        this.calls = node.outputWriter(UTF_8);
        this.answers = node.inputReader(UTF_8);
    }

    /// What a kernel returned, and the fastest of its calls.
    record Answer(String sum, double bestMs) {}

    /// Starts `node` with this module.
    static NodePeer start(byte[] module) throws IOException {
        Path folder = Files.createTempDirectory("cress-bench");
        Path script = folder.resolve(SCRIPT);
        Path wasm = Files.write(folder.resolve("kernels.wasm"), module);
        try (InputStream in = NodePeer.class.getResourceAsStream("/dev/cress/bench/" + SCRIPT)) {
            if (in == null) {
                throw new IllegalStateException(SCRIPT + " is not in the benchmark's jar");
            }
            Files.copy(in, script);
        }
        return new NodePeer(
                folder,
                new ProcessBuilder("node", script.toString(), wasm.toString())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start());
    }

    Answer call(int kernel, int times) throws IOException {
        calls.write("%d %d\n".formatted(kernel, times));
        calls.flush();
        String line = answers.readLine();
        if (line == null) {
            throw new IOException("node ended");
        }
        int blank = line.indexOf(' ');
        return new Answer(line.substring(0, blank), Double.parseDouble(line.substring(blank + 1)));
    }

    @Override
    public void close() throws IOException {
        node.destroy();
        Files.deleteIfExists(folder.resolve(SCRIPT));
        Files.deleteIfExists(folder.resolve("kernels.wasm"));
        Files.delete(folder);
    }
}

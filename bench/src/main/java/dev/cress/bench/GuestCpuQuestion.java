package dev.cress.bench;

import dev.cress.wasm.Isolates;
import dev.cress.wasm.WasmHost;
import dev.cress.wasm.guest.RefusedModuleException;

import java.io.IOException;
import java.io.PrintStream;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/// Runs each kernel of `bench/guests/kernels` as a request on an isolate, with limits, and in other
/// engines, which call the same module's export; by turns, so that what disturbs the machine
/// disturbs all. The best of the calls after warming up counts. Answers that differ fail the run.
final class GuestCpuQuestion implements Question {
    private static final List<String> KERNELS =
            List.of(
                    "sha256",
                    "crc32-adler32",
                    "lz",
                    "json",
                    "regex",
                    "image",
                    "sort",
                    "matrix",
                    "strings",
                    "base64");

    private static final double FASTEST = 0;
    private static final int ROUNDS = 5;

    @Override
    public String name() {
        return "guest-cpu";
    }

    @Override
    public String text() {
        return "how fast is compiled code, with limits, beside Node and Wasmtime?";
    }

    @Override
    public void answer(Effort effort, PrintStream progress, Consumer<Line> lines)
            throws RefusedModuleException, IOException, InterruptedException, ExecutionException {
        int calls = effort == Effort.FULL ? 60 : 2;
        byte[] module = Guest.wasm("kernels");
        try (var host = WasmHost.withHalfTheHeap();
                var node = KernelPeer.node(module);
                var wasmtime = KernelPeer.wasmtime(module, progress).orElse(null)) {
            Isolates isolates = host.isolates(host.prepare(module, "auto"));
            var logs = new LinkedHashMap<String, Double>();
            List<KernelPeer> peers = wasmtime == null ? List.of(node) : List.of(node, wasmtime);
            for (int i = 0; i < KERNELS.size(); i++) {
                for (Best best : measure(isolates, peers, i, calls)) {
                    logs.merge(best.peer(), Math.log(best.ratio()), Double::sum);
                    lines.accept(line(KERNELS.get(i), best));
                }
            }
            logs.forEach((peer, sum) -> lines.accept(geomean(peer, sum)));
        }
    }

    private Line line(String kernel, Best best) {
        return Line.of(name())
                .with("kernel", kernel)
                .with("cress_ms", "%.2f".formatted(best.cressMs()))
                .with("peer", best.peer())
                .with("peer_ms", "%.2f".formatted(best.peerMs()))
                .with("ratio", "%.2f".formatted(best.ratio()));
    }

    private Line geomean(String peer, double sumOfLogs) {
        return Line.of(name())
                .with("kernel", "geomean")
                .with("peer", peer)
                .with("ratio", "%.2f".formatted(Math.exp(sumOfLogs / KERNELS.size())));
    }

    /// The best that this engine and a peer did with one kernel.
    private record Best(double cressMs, String peer, double peerMs) {
        double ratio() {
            return cressMs / peerMs;
        }
    }

    private static List<Best> measure(
            Isolates isolates, List<KernelPeer> peers, int kernel, int calls)
            throws IOException, InterruptedException, ExecutionException {
        double cressMs = Double.MAX_VALUE;
        var peerMs = new LinkedHashMap<String, Double>();
        for (int round = 0; round < ROUNDS; round++) {
            var sums = new HashSet<String>();
            for (KernelPeer peer : peers) {
                KernelPeer.Answer theirs = peer.call(kernel, calls);
                sums.add(theirs.sum());
                peerMs.merge(peer.name(), theirs.bestMs(), Math::min);
            }
            cressMs = Math.min(cressMs, bestMs(isolates, kernel, calls, sums));
        }
        double best = cressMs;
        return peerMs.entrySet().stream()
                .map(peer -> new Best(best, peer.getKey(), peer.getValue()))
                .toList();
    }

    private static double bestMs(Isolates isolates, int kernel, int calls, Set<String> expected)
            throws InterruptedException, ExecutionException {
        var asked = Guest.get("kernels", "/" + kernel, "");
        var left = new AtomicInteger(calls);
        return GuestThreads.times(
                        () -> left.get() > 0,
                        () -> {
                            left.decrementAndGet();
                            return run(asked, isolates, expected);
                        })
                .millis(FASTEST);
    }

    private static GuestThreads.Run run(Guest asked, Isolates isolates, Set<String> expected) {
        Guest.Answer answer = asked.answer(isolates);
        if (!expected.equals(Set.of(answer.body())) || answer.body().equals("0")) {
            throw new IllegalStateException(
                    "kernel answers %s here and %s elsewhere".formatted(answer.body(), expected));
        }
        return answer.run();
    }
}

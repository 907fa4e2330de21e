package dev.cress.bench;

import dev.cress.wasm.Isolates;
import dev.cress.wasm.WasmHost;
import dev.cress.wasm.guest.RefusedModuleException;

import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/// Runs each kernel of `bench/guests/kernels` as a request on an isolate, with limits, and in Node,
/// which calls the same module's export; by turns, so that what disturbs the machine disturbs both.
/// The best of the calls after warming up counts. Answers that differ fail the run.
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

    /// The best that each engine did with one kernel, in ms.
    private record Best(double cress, double peer) {
        double ratio() {
            return cress / peer;
        }
    }

    @Override
    public String name() {
        return "guest-cpu";
    }

    @Override
    public String text() {
        return "how fast is compiled code, with limits, beside Node running the same module?";
    }

    @Override
    public void answer(Effort effort, PrintStream progress, Consumer<Line> lines)
            throws RefusedModuleException, IOException, InterruptedException, ExecutionException {
        int calls = effort == Effort.FULL ? 60 : 2;
        double logs = 0;
        byte[] module = Guest.wasm("kernels");
        try (var host = WasmHost.withHalfTheHeap();
                var node = NodePeer.start(module)) {
            Isolates isolates = host.isolates(host.prepare(module, "auto"));
            for (int i = 0; i < KERNELS.size(); i++) {
                Best best = measure(isolates, node, i, calls);
                logs += Math.log(best.ratio());
                lines.accept(line(KERNELS.get(i), best));
            }
        }
        lines.accept(
                Line.of(name())
                        .with("kernel", "geomean")
                        .with("peer", "node")
                        .with("ratio", "%.2f".formatted(Math.exp(logs / KERNELS.size()))));
    }

    private Line line(String kernel, Best best) {
        return Line.of(name())
                .with("kernel", kernel)
                .with("cress_ms", "%.2f".formatted(best.cress()))
                .with("peer", "node")
                .with("peer_ms", "%.2f".formatted(best.peer()))
                .with("ratio", "%.2f".formatted(best.ratio()));
    }

    private static Best measure(Isolates isolates, NodePeer node, int kernel, int calls)
            throws IOException, InterruptedException, ExecutionException {
        var asked = Guest.get("kernels", "/" + kernel, "");
        double cress = Double.MAX_VALUE;
        double peer = Double.MAX_VALUE;
        for (int round = 0; round < ROUNDS; round++) {
            NodePeer.Answer theirs = node.call(kernel, calls);
            peer = Math.min(peer, theirs.bestMs());
            var left = new AtomicInteger(calls);
            Times ours =
                    GuestThreads.times(
                            () -> left.get() > 0,
                            () -> {
                                left.decrementAndGet();
                                return run(asked, isolates, theirs.sum());
                            });
            cress = Math.min(cress, ours.millis(FASTEST));
        }
        return new Best(cress, peer);
    }

    private static GuestThreads.Run run(Guest asked, Isolates isolates, String expected) {
        Guest.Answer answer = asked.answer(isolates);
        if (!answer.body().equals(expected) || expected.equals("0")) {
            throw new IllegalStateException(
                    "kernel answers %s here and %s in Node".formatted(answer.body(), expected));
        }
        return answer.run();
    }
}

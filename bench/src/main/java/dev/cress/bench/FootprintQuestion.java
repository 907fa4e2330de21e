package dev.cress.bench;

import dev.cress.wasm.guest.RefusedModuleException;

import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.function.Consumer;

/// What a node's process takes with 1, 100 and 1,000 functions on its disk, each with a module of
/// its own (`hello`'s, so that it is functions that count and not their size), up to five of which
/// are asked often. Of a cold one it is the heap that a node uses more with them than with the
/// first, before anybody asked: garbage isn't in it, so another process is asked for it.
final class FootprintQuestion implements Question {
    private static final int HOT_MAX = 5;
    private static final int HOT_REQUESTS = 2_000;
    private static final double KIB = 1_024;

    @Override
    public String name() {
        return "footprint";
    }

    @Override
    public String text() {
        return "how much memory do a node's functions take, asked or not?";
    }

    @Override
    public void answer(Effort effort, PrintStream progress, Consumer<Line> lines)
            throws IOException, RefusedModuleException {
        List<Integer> counts = effort == Effort.FULL ? List.of(1, 100, 1_000) : List.of(1, 10);
        long first = 0;
        for (int functions : counts) {
            progress.println("%d functions".formatted(functions));
            int hot = Math.min(functions, HOT_MAX);
            try (var data = new NodeData().withMany(functions, "f", "hello")) {
                Line line =
                        Line.of(name())
                                .with("functions", functions)
                                .with("hot", hot)
                                .with("rss_mb", Math.round(rssKib(data, hot, effort) / KIB));
                long cold = coldHeapBytes(data);
                line = line.with("heap_mb", cold / KIB / KIB);
                if (functions == 1) {
                    first = cold;
                } else {
                    line = line.with("kb_per_cold", (cold - first) / KIB / (functions - 1));
                }
                lines.accept(line);
            }
        }
    }

    private static long rssKib(NodeData data, int hot, Effort effort) throws IOException {
        try (var node = ServerProcess.node(data.folder(), List.of())) {
            node.firstAnswer("f0", "/");
            node.awaitIdle();
            for (int i = 0; i < hot; i++) {
                node.ask("f" + i, "/", HOT_REQUESTS);
            }
            if (effort == Effort.FULL) {
                node.awaitRest();
            } else {
                node.awaitIdle();
            }
            return node.rssKib();
        }
    }

    private static long coldHeapBytes(NodeData data) throws IOException {
        try (var node = ServerProcess.node(data.folder(), List.of())) {
            node.firstAnswer("f0", "/");
            node.awaitIdle();
            return node.heapBytes();
        }
    }
}

package dev.cress.bench;

import dev.cress.wasm.guest.RefusedModuleException;

import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.function.Consumer;

/// What a node's process takes with 1, 100 and 1,000 functions on its disk, each with a module of
/// its own (`hello`'s, so that it is functions that count and not their size). Of a cold one it is
/// what a node takes more with them than with the first, before anybody asked; then up to five are
/// asked often.
final class FootprintQuestion implements Question {
    private static final int HOT_MAX = 5;
    private static final int HOT_REQUESTS = 2_000;

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
            try (var data = new NodeData().withMany(functions, "f", "hello");
                    var node = ServerProcess.node(data.folder(), List.of())) {
                node.firstAnswer("f0", "/");
                node.awaitIdle();
                long cold = node.rssKib();
                for (int i = 0; i < hot; i++) {
                    node.ask("f" + i, "/", HOT_REQUESTS);
                }
                node.awaitIdle();
                Line line =
                        Line.of(name())
                                .with("functions", functions)
                                .with("hot", hot)
                                .with("rss_mb", Math.round(node.rssKib() / 1024.0));
                if (functions == 1) {
                    first = cold;
                } else {
                    line = line.with("kb_per_cold", Math.round((cold - first) / (functions - 1.0)));
                }
                lines.accept(line);
            }
        }
    }
}

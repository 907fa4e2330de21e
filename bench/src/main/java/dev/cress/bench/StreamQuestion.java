package dev.cress.bench;

import dev.cress.contract.Limits;
import dev.cress.wasm.guest.RefusedModuleException;

import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;

/// Requests whose long bodies go through a guest and back, over sockets, to a node in a process of
/// its own; and how large that process is before and at its largest meanwhile. By turns with bare
/// Vert.x, which sends bodies back by itself. The node's bodies may be as long as that, and its
/// guest may take the longest time that a manifest can ask for.
final class StreamQuestion implements Question {
    private static final String FUNCTION = "echo";
    private static final long MIB = 1 << 20;
    private static final int PIECES_PER_MIB = (int) (MIB / StreamClient.PIECE_BYTES);
    private static final long SAMPLE_EVERY_BYTES = 2 * MIB;
    private static final double KIB = 1024;
    private static final double MEDIAN = 50;
    private static final double NANOS_PER_MILLI = 1e6;
    private static final Limits LIMITS = new Limits(Limits.WALL_MS_MAX, Limits.WALL_MS_MAX, 0, 0);

    @Override
    public String name() {
        return "stream";
    }

    @Override
    public String text() {
        return "how fast does a body go through a node and back, and how large does that make it?";
    }

    @Override
    public void answer(Effort effort, PrintStream progress, Consumer<Line> lines)
            throws IOException, RefusedModuleException, InterruptedException, ExecutionException {
        boolean full = effort == Effort.FULL;
        int mib = full ? 1024 : 8;
        int warmUps = full ? 10 : 1;
        try (var data = new NodeData().with(FUNCTION, FUNCTION, LIMITS);
                var node = StreamNode.process(data, mib * MIB);
                var bare = ServerProcess.of(BareServer.class, "echo")) {
            var servers = List.of(new Streaming("node", node), new Streaming("vertx", bare));
            for (Streaming server : servers) {
                progress.println("warming " + server.text);
                server.warm(Math.min(mib, 64), warmUps);
            }
            for (int round = 0; round < (full ? 3 : 1); round++) {
                for (Streaming server : servers) {
                    server.measure(mib);
                }
            }
            servers.forEach(server -> lines.accept(server.line(mib)));
        }
    }

    /// A server, what its requests took, and how much memory it had.
    private final class Streaming {
        private final String text;
        private final ServerProcess server;
        private final Times times = new Times();
        private final Times cpuTimes = new Times();
        private long kibBefore;
        private long kibMost;
        private long sampledAt;

        Streaming(String text, ServerProcess server) {
            this.text = text;
            this.server = server;
        }

        void warm(int mib, int times) throws IOException, InterruptedException, ExecutionException {
            server.firstAnswer(FUNCTION, "/");
            for (int i = 0; i < times; i++) {
                echo(mib, _ -> {});
            }
            server.awaitIdle();
            kibBefore = server.rssKib();
            kibMost = kibBefore;
        }

        void measure(int mib) throws IOException, InterruptedException, ExecutionException {
            sampledAt = 0;
            Duration before = server.cpu();
            times.add(echo(mib, this::sample));
            cpuTimes.add(server.cpu().minus(before).toNanos());
        }

        private long echo(int mib, StreamClient.Watcher watcher)
                throws IOException, InterruptedException, ExecutionException {
            try (var client = new StreamClient(server.port())) {
                return client.echo(FUNCTION, mib * PIECES_PER_MIB, watcher);
            }
        }

        private void sample(long received) throws IOException {
            if (received - sampledAt >= SAMPLE_EVERY_BYTES) {
                sampledAt = received;
                kibMost = Math.max(kibMost, server.rssKib());
            }
        }

        Line line(int mib) {
            return Line.of(name())
                    .with("server", text)
                    .with("mib_per_s", mib * 1e9 / times.percentile(MEDIAN))
                    .with("rss_mb", Math.round(kibMost / KIB))
                    .with("rss_before_mb", Math.round(kibBefore / KIB))
                    .with("cpu_ms_per_mib", cpuTimes.percentile(MEDIAN) / NANOS_PER_MILLI / mib)
                    .with("mib", mib)
                    .with("n", times.count());
        }
    }
}
